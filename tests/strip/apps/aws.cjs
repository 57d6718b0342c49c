const { check, ask } = require("./check.cjs");
const fake = { region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" }, endpoint: "http://127.0.0.1:1", maxAttempts: 1 };
const send = async (client, command) => client.send(command).then(() => "sent", (error) => error.code || error.name);
check("s3", () => { const { S3Client, PutObjectCommand } = require("@aws-sdk/client-s3"); return send(new S3Client({ ...fake, forcePathStyle: true }), new PutObjectCommand({ Bucket: "b", Key: "k", Body: "x" })); });
check("s3 list", () => { const { S3 } = require("@aws-sdk/client-s3"); return new S3({ ...fake, forcePathStyle: true }).listBuckets({}).catch((error) => error.code || error.name); });
check("presign", async () => { const { S3Client, GetObjectCommand } = require("@aws-sdk/client-s3"); const url = await require("@aws-sdk/s3-request-presigner").getSignedUrl(new S3Client({ ...fake, forcePathStyle: true }), new GetObjectCommand({ Bucket: "b", Key: "k" })); return url.split("?")[0]; });
check("dynamodb", () => { const { DynamoDBClient } = require("@aws-sdk/client-dynamodb"); const { DynamoDBDocumentClient, GetCommand } = require("@aws-sdk/lib-dynamodb"); return send(DynamoDBDocumentClient.from(new DynamoDBClient(fake)), new GetCommand({ TableName: "t", Key: { id: 1 } })); });
check("sqs", () => { const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs"); return send(new SQSClient(fake), new SendMessageCommand({ QueueUrl: "http://127.0.0.1:1/q", MessageBody: "x" })); });
check("sns", () => { const { SNSClient, PublishCommand } = require("@aws-sdk/client-sns"); return send(new SNSClient(fake), new PublishCommand({ TopicArn: "arn:aws:sns:us-east-1:1:t", Message: "x" })); });
check("ses", () => { const { SESClient, ListIdentitiesCommand } = require("@aws-sdk/client-ses"); return send(new SESClient(fake), new ListIdentitiesCommand({})); });
check("lambda", () => { const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda"); return send(new LambdaClient(fake), new InvokeCommand({ FunctionName: "f" })); });
check("cloudwatch", () => { const { CloudWatchClient, ListMetricsCommand } = require("@aws-sdk/client-cloudwatch"); return send(new CloudWatchClient(fake), new ListMetricsCommand({})); });
check("secrets", () => { const { SecretsManagerClient, GetSecretValueCommand } = require("@aws-sdk/client-secrets-manager"); return send(new SecretsManagerClient(fake), new GetSecretValueCommand({ SecretId: "x" })); });
check("ini credentials", async () => {
  const fs = require("fs"); const file = require("path").join(require("os").tmpdir(), `aws-${process.pid}`);
  fs.writeFileSync(file, "[default]\naws_access_key_id = a\naws_secret_access_key = b\n[sso]\nsso_start_url = https://127.0.0.1:1\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = r\n[proc]\ncredential_process = echo {}\n[web]\nrole_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = /dev/null\n");
  process.env.AWS_SHARED_CREDENTIALS_FILE = file; process.env.AWS_CONFIG_FILE = file; process.env.AWS_EC2_METADATA_DISABLED = "true";
  const { S3Client } = require("@aws-sdk/client-s3"); const results = [];
  for (const profile of ["default", "sso", "proc", "web"]) { process.env.AWS_PROFILE = profile; results.push(await new S3Client({ region: "us-east-1" }).config.credentials().then((c) => c.accessKeyId, (error) => error.name)); }
  fs.unlinkSync(file);
  return results;
});
check("fastify", async () => { const app = require("fastify")(); app.get("/", { schema: { response: { 200: { type: "object", properties: { a: { type: "integer" } } } } } }, async () => ({ a: 1 })); return (await app.inject("/")).body; });
check("fastify validation", async () => { const app = require("fastify")({ logger: { level: "fatal" } }); app.post("/", { schema: { body: { type: "object", required: ["a"] } } }, async () => 1); return (await app.inject({ method: "POST", url: "/", payload: {} })).body; });
