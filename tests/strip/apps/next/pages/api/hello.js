export default (request, answer) => answer.json({ a: "hello" });
