const { check } = require("./check.cjs");
require("reflect-metadata");
check("nest", async () => {
  const { Module, Controller, Get, Injectable, ValidationPipe, Body, Post } = require("@nestjs/common");
  const { NestFactory } = require("@nestjs/core");
  const { IsEmail, validate } = require("class-validator");
  class Dto {} ; IsEmail()(Dto.prototype, "mail");
  class Home { get() { return "hi"; } }
  Reflect.decorate([Get()], Home.prototype, "get", Object.getOwnPropertyDescriptor(Home.prototype, "get"));
  Controller()(Home);
  class App {} ; Module({ controllers: [Home] })(App);
  const app = await NestFactory.create(App, { logger: false });
  app.useGlobalPipes(new ValidationPipe());
  await app.listen(0, "127.0.0.1");
  const answer = await (await fetch(await app.getUrl())).text();
  await app.close();
  const { plainToInstance } = require("class-transformer");
  return [answer, (await validate(plainToInstance(Dto, { mail: "x" }))).length];
});
check("typeorm", async () => {
  const { DataSource, EntitySchema } = require("typeorm");
  const source = new DataSource({ type: "postgres", host: "127.0.0.1", port: 1, entities: [new EntitySchema({ name: "U", columns: { id: { type: Number, primary: true } } })] });
  return source.initialize().catch((error) => error.code || error.message);
});
check("nest typeorm", () => { const { TypeOrmModule } = require("@nestjs/typeorm"); return Object.keys(TypeOrmModule.forRoot({ type: "postgres" })); });
check("bull", () => { const Queue = require("bull"); const queue = new Queue("q", { redis: { port: 1, host: "127.0.0.1", lazyConnect: true } }); queue.on("error", () => {}); return [queue.name, Object.keys(require("@nestjs/bull").BullModule.registerQueue({ name: "q" }))]; });
check("bull scripts", () => require("bull/lib/commands")({ defineCommand: (name) => name, }).then((x) => x === undefined));
check("rxjs", () => { const { of } = require("rxjs"); const { map } = require("rxjs/operators"); const seen = []; of(1, 2).pipe(map((x) => x * 2)).subscribe((x) => seen.push(x)); return seen; });
check("pg", () => require("pg").types.getTypeParser(20)("5"));
