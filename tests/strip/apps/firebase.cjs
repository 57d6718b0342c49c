const { check, ask } = require("./check.cjs");
const key = require("crypto").generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
const account = { projectId: "p", clientEmail: "a@p.iam.gserviceaccount.com", privateKey: key };
check("firebase", async () => {
  const admin = require("firebase-admin");
  const app = admin.initializeApp({ credential: admin.credential.cert(account), databaseURL: "https://p.firebaseio.com" });
  const token = await admin.auth().createCustomToken("u");
  const ref = admin.firestore().collection("c").where("a", "==", 1);
  return [token.split(".").length, typeof ref.get, typeof admin.messaging().send, typeof admin.storage().bucket("b").file, typeof admin.database().ref("x").on];
});
check("firestore modular", () => { const { getFirestore, FieldValue } = require("firebase-admin/firestore"); return [typeof getFirestore, String(FieldValue.serverTimestamp().constructor.name)]; });
check("firestore rpc", async () => { process.env.FIRESTORE_EMULATOR_HOST = "127.0.0.1:1"; const { Firestore } = require("@google-cloud/firestore"); return new Firestore({ projectId: "p", preferRest: false }).doc("a/b").get({ }).then(() => 1, (error) => error.code); });
check("storage", async () => { const { Storage } = require("@google-cloud/storage"); const [url] = await new Storage({ projectId: "p", credentials: { client_email: "a", private_key: key } }).bucket("b").file("f").getSignedUrl({ action: "read", expires: 4102444800000 }); return url.split("?")[0]; });
check("pubsub", async () => { process.env.PUBSUB_EMULATOR_HOST = "127.0.0.1:1"; const { PubSub } = require("@google-cloud/pubsub"); const client = new PubSub({ projectId: "p" }); return client.topic("t").publishMessage({ data: Buffer.from("x"), gaxOpts: { timeout: 200 } }).then(() => 1, (error) => typeof error.code); });
check("openai", async () => { const OpenAI = require("openai"); return new OpenAI({ apiKey: "x", baseURL: "http://127.0.0.1:1", maxRetries: 0 }).chat.completions.create({ model: "m", messages: [] }).catch((error) => error.constructor.name); });
check("stripe", async () => { const Stripe = require("stripe"); const client = new Stripe("sk_test_x", { host: "127.0.0.1", port: 1, protocol: "http", maxNetworkRetries: 0 }); const sign = client.webhooks.generateTestHeaderString({ payload: "{}", secret: "s", timestamp: 1 }); return [sign, await client.customers.list().catch((error) => error.type)]; });
check("express", () => { const app = require("express")(); app.get("/", (_, answer) => answer.json({ a: 1 })); return ask(app, "/"); });
