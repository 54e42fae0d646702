/**
 * Mapping templates. Where a test names a recording, AWS answered so (LocalStack's validated snapshots); the rest is AWS's
 * mapping-template reference, and what Apache Velocity 1.7 and Jayway JsonPath 2.9 do, the engines that AWS names.
 */
import assert from "node:assert/strict";
import type { IntegrationModel } from "../../../local/model.ts";
import { type RunningApi, startApi } from "./api-harness.ts";
import { lambdaProxy, method, resources, stage } from "./models.ts";

const responses = (template?: string): IntegrationModel["responses"] => [
  {
    statusCode: "200",
    selectionPattern: undefined,
    responseParameters: {},
    responseTemplates: template === undefined ? {} : { "application/json": template },
    contentHandling: undefined,
  },
];
const mirrored = (template: string) => lambdaProxy({ type: "AWS", responses: responses(template) });
const mocked = (request: string, template?: string): IntegrationModel => ({
  ...lambdaProxy({ type: "MOCK", requestTemplates: { "application/json": request }, responses: responses(template) }),
  functionArn: undefined,
  uri: undefined,
});

const start = (integration: IntegrationModel) =>
  startApi({
    invoke: async (_functionArn, payload) => ({ payload, functionError: undefined, reason: undefined }),
    api: {
      resources: resources({ "/t/{id}": [method("POST", { integration })] }),
      stages: [stage({ name: "dev", variables: { env: "dev", table: "t1" } })],
    },
  });

/** What a response template makes of a body that the function hands back. */
async function rendered(template: string, body: unknown): Promise<string> {
  await using api = await start(mirrored(template));
  const reply = await api.send("POST", "/dev/t/7?x=1&y=a%22b", { body: JSON.stringify(body) });
  assert.equal(reply.status, 200, api.lastRequest().reason);
  return reply.body;
}

const DOCUMENT = {
  tags: ["a", "b", "c"],
  flag: true,
  lines: [
    { sku: "s1", qty: 1 },
    { sku: "s2", qty: 3 },
  ],
};

type Row = [template: string, expected: string, body?: unknown];

const renders = (rows: Row[]) => async () => {
  for (const [template, expected, body = {}] of rows) {
    assert.equal(await rendered(template, body), expected, template);
  }
};

describe("mapping templates", () => {
  // https://github.com/localstack/localstack, test_input_path_template_formatting, recorded 2025-06-18
  it(
    "[D.10] print maps as Java does and lists of a document as JSON",
    renders([
      ['#set($result = $input.path("$.json"))$result', "{foo=bar}", { json: { foo: "bar" } }],
      ['#set($result = $input.path("$.json"))$result', '[{"foo":"bar"}]', { json: [{ foo: "bar" }] }],
      ['#set($result = $input.path("$.json"))$result.nested', "{foo=bar}", { json: { nested: { foo: "bar" } } }],
      [
        '#set($result = $input.path("$.json"))$result.nested',
        '[{"foo":"bar"}]',
        { json: { nested: [{ foo: "bar" }] } },
      ],
      ['#set($result = $input.path("$.json"))$result[0]', "{foo=bar}", { json: [{ foo: "bar" }] }],
      ['#set($result = $input.path("$.json"))$result[0]', '[{"foo":"bar"}]', { json: [[{ foo: "bar" }]] }],
      [
        '#set($result = $input.path("$.json"))$result',
        '{foo=[{"nested":"bar"}]}',
        { json: { foo: [{ nested: "bar" }] } },
      ],
      [
        '#set($result = $input.path("$.json"))$result',
        "{bigger=dict, to=test, with=separators}",
        { json: { bigger: "dict", to: "test", with: "separators" } },
      ],
      ['#set($result = $input.path("$.json"))$result.toString()', "{foo=bar}", { json: { foo: "bar" } }],
      [
        '#set($result = $input.path("$.json"))$result.toString()',
        '{list=[{"foo":"bar"}]}',
        { json: { list: [{ foo: "bar" }] } },
      ],
    ]),
  );
  // The first rows by the same recording; test_kinesis PutRecords, 2024-11; test_sqs_amz_json_protocol, 2025-05.
  it(
    "[D.10] have what is not there as nothing, equal to $null and to the empty text",
    renders([
      ['#set($r = $input.path("$.no")){"body": $r, "nested": $r.nested}', '{"body": , "nested": }', {}],
      ['#set($r = $input.path("$.no"))#if($r == $null)true#{else}false#end', "true", {}],
      ['#set($r = $input.path("$.no"))#if($r == "")true#{else}false#end', "true", {}],
      ['#set($r = $input.path("$.a"))#if($r == $null)true#{else}false#end', "false", { a: [] }],
      ['#set($r = $input.path("$.a"))#if($r == "")true#{else}false#end$r', "false[]", { a: [] }],
      ["#if($foo.bar.stuff != '')yes#{else}no#end", "no"],
      ["EncodedBody=$util.urlEncode($input.body.other)&", "EncodedBody=&"],
      ['"$nothing" "$!nothing" "$!{nothing.at.all}"', '"" "" ""'],
      ["#foreach($k in $context.authorizer.keySet())x#end", ""],
      ["#set($m = {})$m.put('a', 1)$m", "{a=1}"],
    ]),
  );
  it(
    "[D.10] encode what $util is given",
    renders([
      ["$util.urlEncode($input.body)", "%7B%22some%22%3A%22value%22%7D", { some: "value" }],
      ["$util.urlEncode('a b*-_.~!')", "a+b*-_.%7E%21"],
      ["$util.escapeJavaScript($input.path('$.s'))", 'it\\\'s \\"a\\/b\\" \\u00E9\\n', { s: 'it\'s "a/b" é\n' }],
      ["$util.base64Encode('hé')|$util.base64Decode('aMOp')", "aMOp|hé"],
      ['#set($o = $util.parseJson(\'{"key2":{"arr":[1,2,3]}}\'))$o.key2.arr[0]', "1"],
    ]),
  );
  it(
    "[D.10] have Java's methods of texts",
    renders([
      ["$input.path('$.tags[0]').toUpperCase()", "A", DOCUMENT],
      ["$context.resourcePath.substring(1)|$context.resourcePath.substring(1, 2)", "t/{id}|t"],
      ["$input.path('$.lines[0].sku').replaceAll('[0-9]', 't')", "st", DOCUMENT],
      ["$input.path('$.s').replaceAll(\"\\\\'\", \"'\")", "it's", { s: "it\\'s" }],
      [
        "#set($s = 'ab')$s.length() $s.isEmpty() $s.contains('b') $s.equals('ab') $s.equalsIgnoreCase('AB')",
        "2 false true true true",
      ],
      [
        "#set($s = ' a,b,,')$s.trim() $s.split(',').size() $s.indexOf('a') $s.startsWith(' ') $s.concat('!')",
        "a,b,, 2 1 true  a,b,,!",
      ],
      ["$input.params('nope').isEmpty() \"$input.params('x').length()\"", 'true "1"'],
      ["#set($parts = $context.path.split('/'))$parts[1] $parts.size()", "dev 4"],
    ]),
  );
  it(
    "[D.10] have Java's methods of lists and maps",
    renders([
      [
        "$input.path('$.tags').size() $input.path('$.tags').isEmpty() $input.path('$.tags').contains('b')",
        "3 false true",
        DOCUMENT,
      ],
      ["#set($l = [])#set($void = $l.add('x'))$l.get(0) $l", "x [x]"],
      [
        '#set($m = {"a": 1, "b": [1, {"c": 2}]})$m $m.get(\'a\') $m.size() $m.containsKey(\'a\') $m.keySet() $m.values()',
        "{a=1, b=[1, {c=2}]} 1 2 true [a, b] [1, [1, {c=2}]]",
      ],
      ["#foreach($e in $input.params().querystring.entrySet())$e.key=$e.value;#end", 'x=1;y=a"b;'],
      ["#foreach($v in $stageVariables.values())$v#if($foreach.hasNext),#end#end", "dev,t1"],
      ["$input.params().path.isEmpty() $input.params().path.id", "false 7"],
      ["$input.path('$.tags')[-1]", "c", DOCUMENT],
    ]),
  );
  it(
    "[D.10] calculate and compare as Java does",
    renders([
      ["#set($a = 7/2)$a #set($a = -7/2)$a #set($a = 7/2.0)$a #set($a = 7%3)$a", "3 -3 3.5 1"],
      ["#set($a = '5'+1)$a #set($a = 1+'a')$a", "51 1a"],
      ["#set($a = 2147483647+1)$a #set($b = 9223372036854775807+1)$b", "2147483648 9223372036854775808"],
      [
        "$input.path('$.a') $input.path('$.b') $input.path('$.c') $input.path('$.d')",
        "1.5 1 10000000 0.001",
        { a: 1.5, b: 1, c: 1e7, d: 0.001 },
      ],
      ["#set($a = $util.parseJson('[1e7, 1.50, 1e3, 1e-5]'))$a[0] $a[1] $a[2] $a[3]", "1.0E7 1.5 1000.0 1.0E-5"],
      ["#if(1 == 1.0)a#end#if('1' == 1)b#end#if($a < 'b')c#end#if('a' < 'b')d#end", "ab"],
      ["#if(1 lt 2 and not (2 le 1) && 3 != 4 || false)a#end", "a"],
      ["#set($a = 1)#set($a = $a/0)$a", "1"],
      ["#if($input.path('$.flag') == true)yes#{else}no#end", "yes", DOCUMENT],
      ["#set($a = $input.path('$.lines[1].qty') * 2 + 1)$a", "7", DOCUMENT],
      ["#set($x = true)#set($y = !$x)$y", "false"],
      ["#if(0)a#end#if('x')b#end#if([])c#end#set($e = '')#if($e)d#end", "d"],
    ]),
  );
  it(
    "[D.10] loop, break, define and call macros",
    renders([
      [
        "#foreach($l in $input.path('$.lines'))$velocityCount:$foreach.index:$l.sku#if($foreach.hasNext),#end#end",
        "1:0:s1,2:1:s2",
        DOCUMENT,
      ],
      ["#foreach($i in [1..3])$i#end #foreach($i in [3..1])$i#end", "123 321"],
      ["#foreach($x in $input.path('$.tags'))$x#break#end", "a", DOCUMENT],
      ["a#stop b", "a"],
      ["#macro(q $v)\"$v\"#end#q('x')#q(1)", '"x""1"'],
      ["#q('x')#macro(q $v)<$v>#end", "<x>"],
      ["#define($d)[$n]#end#set($n = 1)$d#set($n = 2)$d", "[1][2]"],
      ['#foreach($v in {"a": 1, "b": 2})$v#end', "12"],
      ["#foreach($v in 'text')$v#end|", "|"],
    ]),
  );
  it(
    "[D.10] eat the line end after a directive, and blanks before it never",
    renders([
      ["a\n#set($x=1)\nb", "a\nb"],
      ["a\n  #set($x=1)  \nb", "a\n  b"],
      ["a #set($x=1) b", "a  b"],
      ["#if(true)\nx\n#end\ny", "x\ny"],
      ["  #if(true)\n  x\n  #end\ny", "    x\n  y"],
      ["#foreach($i in [1,2])\n$i\n#end\nz", "1\n2\nz"],
      ["a\n## c\nb|a #* c *# b|a\n#* c *#\nb", "a\nb|a  b|a\n\nb"],
      ["#define($d)\nD\n#end\n$d\nx", "D\n\nx"],
    ]),
  );
  it(
    "[D.10] print what is neither a reference nor a directive as it stands",
    renders([
      ["$ $5.00 # #1 #foo a@b.c $.a $x. ${y}", "$ $5.00 # #1 #foo a@b.c $.a . "],
      ["#set($s = 'v')\\$s \\\\$s \\$no $$s", "$s \\v \\$no $v"],
      ["\\#set(1) #[[ $raw #if ]]#", "#set(1)  $raw #if "],
      ["#set($a = \"a\"\"b\")$a #set($b = 'it''s $x')$b", "a\"b it's $x"],
      ['#set($s = "${context.stage}-$stageVariables.table")$s', "dev-t1"],
    ]),
  );
  it(
    "[D.10] read JSONPath as Jayway does",
    renders([
      ["$input.json('$..sku')", '["s1","s2"]', DOCUMENT],
      ['$input.json("$.lines[?(@.qty > 1)]")', '[{"sku":"s2","qty":3}]', DOCUMENT],
      [
        "$input.json('$.tags[0:2]')$input.json('$.tags[-1:]')$input.json('$.tags[:-1]')",
        '["a","b"]["c"]["a","b"]',
        DOCUMENT,
      ],
      ["$input.json('$.tags[0,2]')$input.json('$.tags[-1]')", '["a","c"]"c"', DOCUMENT],
      ["$input.json('$.tags.length()')$input.json('$.lines[0].keys()')", '3["sku","qty"]', DOCUMENT],
      [
        "$input.json(\"$.lines[0]['sku','qty']\")$input.json(\"$['tags'][0]\")$input.json('tags[1]')",
        '{"sku":"s1","qty":1}"a""b"',
        DOCUMENT,
      ],
      ["$input.json('$.lines[*].qty')$input.json('$.lines[?(@.nope)]')$input.json('$..nope')", "[1,3][][]", DOCUMENT],
      ["$input.json(\"$.lines[?(@.sku in ['s1'] && @.qty == 1)].sku\")", '["s1"]', DOCUMENT],
      ["$input.json('$.lines[?(@.sku =~ /S2/i)].qty')", "[3]", DOCUMENT],
      ["$input.json('$.nope')|$input.path('$.nope')|$input.json('$.a-b')", '""||1', { "a-b": 1 }],
      ["$input.json('$.zz[*]')|$input.json('$.b[9]')", '[]|""', { b: [1] }],
    ]),
  );

  // https://github.com/localstack/localstack, test_input_body_formatting, recorded 2025-03-19
  it("[D.10] have {} in the place of a body that is not there", async () => {
    await using api = await start(
      mocked('{"statusCode": 200}', "$input.body|$util.urlEncode($input.body)|$input.body.a|"),
    );
    assert.equal((await api.send("POST", "/dev/t/7")).body, "{}|%7B%7D||");
  });

  it("[D.10] have $context's keys in AWS's order, and its maps print as nothing", async () => {
    assert.equal(
      await rendered(
        "$context.keySet() \"$context.get('identity')$context.requestOverride$context.responseOverride\"",
        {},
      ),
      "[resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, protocol, requestOverride, " +
        'stage, domainPrefix, requestTimeEpoch, requestId, identity, domainName, deploymentId, responseOverride, apiId] ""',
    );
  });

  const failing = [
    "#if(true)",
    "$x.a(",
    "#set($a = )",
    "#parse('x')",
    "$input.path('$.[')",
    "$util.parseJson('{')",
    "#set($l = [1])$l.get(9)",
  ];
  for (const template of failing) {
    it(`[D.10] answer 500 with the reason when they cannot be rendered: ${template}`, async () => {
      await using api = await start(mirrored(template));
      const reply = await api.send("POST", "/dev/t/7", { body: "{}" });
      assert.deepEqual([reply.status, reply.body], [500, '{"message": "Internal server error"}']);
      assert.match(api.lastRequest().reason ?? "", /^The mapping template cannot be rendered: /);
    });
  }

  it("answer 500 to a client who asks for a range that no memory holds", async () => {
    await using api = await start(mirrored("#foreach($i in [1..$input.path('$.n')])$i#end"));
    for (const n of [4_000_000, 2_000_000_000, -2_000_000_000]) {
      const reply = await api.send("POST", "/dev/t/7", { body: JSON.stringify({ n }) });
      assert.deepEqual([reply.status, reply.body], [500, '{"message": "Internal server error"}']);
      assert.match(
        api.lastRequest().reason ?? "",
        /a range of \d+ numbers is longer than the 100000 that are taken here/,
      );
    }
  });

  it("[D.10] stop at 1000 rounds of a loop", async () => {
    assert.equal((await rendered("#foreach($i in [1..1000])x#end", {})).length, 1000);
    await using api = await start(mirrored("#foreach($i in [1..1001])x#end"));
    assert.equal((await api.send("POST", "/dev/t/7", { body: "{}" })).status, 500);
  });
});

describe("a MOCK integration's request template", () => {
  const status = async (template: string) => {
    await using api = await start(mocked(template));
    return (await api.send("POST", "/dev/t/7")).status;
  };

  // https://github.com/localstack/localstack, test_integration_mock_with_path_param (2024-11-29) and test_mock_integration
  it("[D.10] may be almost JSON", async () => {
    for (const template of [
      '{"statusCode": 200}',
      "{statusCode: 200}",
      "{'statusCode': 200, '': ''}",
      "{statusCode: 200, \"value\": 'goog'}",
      "{statusCode: 200, foo}: [ba r]}",
      '{"statusCode": 200 , }',
      '{"statusCode": 200 ,, }',
      '{"a": {"b": [{}, {}]}, "statusCode": 200}',
    ]) {
      assert.equal(await status(template), 200, template);
    }
  });

  it("[D.10] is refused when it gives no status as a whole number", async () => {
    for (const template of [
      '{"statusCode": "200"}',
      '{"statusCode": 200',
      "{\"statusCode': 200 }",
      "{'statusCode: 200 }",
      "statusCode: 200",
      "{statusCode: 200, {foo: [ba r]}",
      "{}",
    ]) {
      assert.equal(await status(template), 500, template);
    }
  });
});

describe("overrides in a request template", () => {
  const post = async (api: RunningApi) => {
    const reply = await api.send("POST", "/dev/t/eyJtZXNzYWdlIjoicGF0aDEifQ==");
    return [reply.status, reply.body.trim()];
  };

  // https://github.com/localstack/localstack, test_integration_mock_with_response_override_in_request_template, 2025-05-16
  it("[D.10] of the response hold for MOCK and are there in the response template", async () => {
    const request = `
#set($context.responseOverride.status = 444)
#set($context.responseOverride.header.foo = "bar")
#set($context.responseOverride.custom = "is also passed around")
{
  "statusCode": 200
}
`;
    const response = `
#set($statusOverride = $context.responseOverride.status)
#set($fooHeader = $context.responseOverride.header.foo)
#set($custom = $context.responseOverride.custom)
{"statusOverride": "$statusOverride", "fooHeader": "$fooHeader", "custom": "$custom"}`;
    await using bare = await start(mocked(request));
    const reply = await bare.send("POST", "/dev/t/7");
    assert.deepEqual([reply.status, reply.headers.foo, reply.body], [444, "bar", ""]);
    await using templated = await start(mocked(request, response));
    assert.deepEqual(await post(templated), [
      444,
      '{"statusOverride": "444", "fooHeader": "bar", "custom": "is also passed around"}',
    ]);
  });

  // https://github.com/localstack/localstack, test_integration_mock_with_vtl_map_assignation, 2025-05-29
  it("[D.10] of the request are set by assignment, brackets and put", async () => {
    const request = `
#set($paramName = "foo")
#set($context.requestOverride.querystring[$paramName] = "bar")
#set($paramPutName = "putfoo")
$context.requestOverride.querystring.put($paramPutName, "putBar")
#set($context["requestOverride"].querystring["nestedfoo"] = "nestedFoo")
{
  "statusCode": 200
}
`;
    const response = `$context.requestOverride.querystring["foo"] $context.requestOverride.querystring["putfoo"] $context.requestOverride.querystring["nestedfoo"]`;
    await using api = await start(mocked(request, response));
    assert.deepEqual(await post(api), [200, "bar putBar nestedFoo"]);
  });

  // https://github.com/localstack/localstack, test_integration_mock_with_request_overrides_in_response_template, 2024-11-06
  it("[D.10] of a path parameter carry a value into the response template", async () => {
    const request = `#set($body = $util.base64Decode($input.params('id')))
#set($context.requestOverride.path.body = $body)
{
  "statusCode": 200
}
`;
    const response = `
#set($body = $util.parseJson($context.requestOverride.path.body))
#set($inputBody = $body.message)
#if($inputBody == "path1")
one
#elseif($inputBody == "path2")
two
#else
else
#end
`;
    await using api = await start(mocked(request, response));
    assert.deepEqual(await post(api), [200, "one"]);
  });

  it("[D.10] of a status that is not one are left out", async () => {
    await using api = await start(mocked('#set($context.responseOverride.status = "teapot"){"statusCode": 200}'));
    assert.deepEqual(await post(api), [200, ""]);
  });
});
