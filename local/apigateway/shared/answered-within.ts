/** The time that an integration or an authorizer's function has to answer. */

/**
 * @param work what goes on until it is done, also when nobody waits for it any more
 * @param late the refusal when it is not done in time
 */
export function answeredWithin<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), milliseconds);
    work.then(
      (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
