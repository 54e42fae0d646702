/** Everybody reads their own notes; the staff reads all. */
const notes = [
  { owner: "ada@example.com", text: "The engine has no pretensions to originate anything." },
  { owner: "grace@example.com", text: "First actual case of bug being found." },
];

export async function handler(event) {
  const { claims } = event.requestContext.authorizer;
  const isStaff = (claims["cognito:groups"] ?? "").split(",").includes("staff");
  const readable = notes.filter(({ owner }) => isStaff || owner === claims.email);
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(readable) };
}
