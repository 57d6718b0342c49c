//! Which calls connect to a database, a cache or a queue?

use slugsmith_facts::code::{Code, Language};

/// How code of a language reads the address of a service.
pub(super) fn help(language: Language, service: &str) -> String {
    let variable = match service {
        "Redis" => "REDIS_URL",
        "MongoDB" => "MONGODB_URI",
        "RabbitMQ" => "CLOUDAMQP_URL",
        "memcached" => "MEMCACHIER_SERVERS",
        _ => "DATABASE_URL",
    };
    match language {
        Language::JavaScript => format!("Read process.env.{variable}"),
        Language::Python => format!("Read os.environ[\"{variable}\"]"),
        Language::Ruby => format!("Read ENV.fetch(\"{variable}\")"),
        Language::Go => format!("Read os.Getenv(\"{variable}\")"),
        Language::Java => format!("Read System.getenv(\"{variable}\")"),
        Language::Php => format!("Read getenv('{variable}')"),
    }
}

/// The service that a call connects to.
pub(super) fn client(code: &Code, callee: &str) -> Option<&'static str> {
    match code.language {
        Language::JavaScript => of_javascript(code, callee),
        Language::Python => of_python(code, callee),
        Language::Ruby => of_ruby(callee),
        Language::Go => of_go(code, callee),
        Language::Java => of_java(code, callee),
        Language::Php => of_php(code, callee),
    }
}

fn imports(code: &Code, modules: &[&str]) -> bool {
    modules.iter().any(|module| code.imports(module))
}

/// The method of a dotted name.
fn last(callee: &str) -> &str {
    callee.rsplit('.').next().unwrap_or(callee)
}

fn of_javascript(code: &Code, callee: &str) -> Option<&'static str> {
    let imports = |modules: &[&str]| imports(code, modules);
    let last = last(callee);
    match last {
        "Pool" | "Client" if imports(&["pg"]) => Some("Postgres"),
        "createConnection" | "createPool"
            if imports(&["mysql", "mysql2", "mysql2/promise", "promise-mysql"]) =>
        {
            Some("MySQL")
        }
        "connect" | "createConnection" if imports(&["mongoose"]) && callee.contains("mongoose") => {
            Some("MongoDB")
        }
        "MongoClient" | "connect" if imports(&["mongodb"]) && callee.contains("MongoClient") => {
            Some("MongoDB")
        }
        "Redis" | "IORedis" if imports(&["ioredis"]) => Some("Redis"),
        "createClient" if imports(&["redis"]) => Some("Redis"),
        "connect" if imports(&["amqplib", "amqplib/callback_api"]) => Some("RabbitMQ"),
        "Sequelize" if imports(&["sequelize", "sequelize-typescript"]) => Some("the database"),
        "DataSource" | "createConnection" if imports(&["typeorm"]) => Some("the database"),
        "forRoot"
            if imports(&["@nestjs/typeorm", "@nestjs/sequelize"])
                && !imports(&["@nestjs/mongoose"]) =>
        {
            Some("the database")
        }
        "forRoot" if imports(&["@nestjs/mongoose"]) && callee.starts_with("Mongoose") => {
            Some("MongoDB")
        }
        "knex" | "Knex" | "require()" if imports(&["knex"]) => Some("the database"),
        "createPool" | "createConnection" if imports(&["mariadb"]) => Some("MariaDB"),
        "connect" | "ConnectionPool" if imports(&["mssql"]) => Some("the database"),
        "postgres" if imports(&["postgres"]) => Some("Postgres"),
        "monk" if imports(&["monk"]) => Some("MongoDB"),
        "MongoStore" | "create" if imports(&["connect-mongo"]) && callee.contains("MongoStore") => {
            Some("MongoDB")
        }
        "MongoDBStore" if imports(&["connect-mongodb-session"]) => Some("MongoDB"),
        "Agenda" if imports(&["agenda", "@hokify/agenda"]) => Some("MongoDB"),
        "Queue" | "Worker" if imports(&["bullmq", "bull"]) => Some("Redis"),
        _ => None,
    }
}

fn of_python(code: &Code, callee: &str) -> Option<&'static str> {
    let imports = |modules: &[&str]| imports(code, modules);
    let last = last(callee);
    match callee {
        "psycopg2.connect" | "psycopg.connect" | "asyncpg.connect" | "asyncpg.create_pool" => {
            Some("Postgres")
        }
        "pymysql.connect"
        | "MySQLdb.connect"
        | "mysql.connector.connect"
        | "mariadb.connect"
        | "aiomysql.connect"
        | "aiomysql.create_pool" => Some("MySQL"),
        _ if matches!(last, "SimpleConnectionPool" | "ThreadedConnectionPool")
            && imports(&["psycopg2"]) =>
        {
            Some("Postgres")
        }
        _ if matches!(last, "PostgresqlDatabase" | "MySQLDatabase") && imports(&["peewee"]) => {
            Some("the database")
        }
        _ if last == "Database" && imports(&["databases", "records"]) => Some("the database"),
        _ if last == "AsyncIOMotorClient" && imports(&["motor"]) => Some("MongoDB"),
        "mongoengine.connect" => Some("MongoDB"),
        "connect" if imports(&["mongoengine"]) => Some("MongoDB"),
        "create_engine" | "sqlalchemy.create_engine" | "create_async_engine" => {
            Some("the database")
        }
        "MongoClient" | "pymongo.MongoClient" => Some("MongoDB"),
        "redis.Redis"
        | "redis.StrictRedis"
        | "redis.from_url"
        | "redis.Redis.from_url"
        | "redis.StrictRedis.from_url"
        | "redis.asyncio.from_url"
        | "redis.asyncio.Redis.from_url"
        | "redis.ConnectionPool.from_url"
        | "redis.BlockingConnectionPool.from_url"
        | "redis.asyncio.ConnectionPool.from_url"
        | "ConnectionPool.from_url"
        | "BlockingConnectionPool.from_url"
        | "StrictRedis.from_url"
        | "Redis.from_url"
        | "Redis"
        | "StrictRedis"
            if imports(&["redis"]) =>
        {
            Some("Redis")
        }
        "Celery" => Some("the broker"),
        "pika.URLParameters" | "pika.ConnectionParameters" => Some("RabbitMQ"),
        _ => None,
    }
}

fn of_ruby(callee: &str) -> Option<&'static str> {
    match callee {
        "Redis.new" | "Redis.connect" => Some("Redis"),
        "PG.connect" | "PG.Connection.new" => Some("Postgres"),
        "Mysql2.Client.new" => Some("MySQL"),
        "Sequel.connect"
        | "Sequel.postgres"
        | "Sequel.mysql2"
        | "ActiveRecord.Base.establish_connection"
        | "DataMapper.setup" => Some("the database"),
        "Mongo.Client.new" => Some("MongoDB"),
        "Bunny.new" => Some("RabbitMQ"),
        "Dalli.Client.new" => Some("memcached"),
        _ => None,
    }
}

fn of_go(code: &Code, callee: &str) -> Option<&'static str> {
    let imports = |modules: &[&str]| imports(code, modules);
    match callee {
        "sql.Open"
        | "sqlx.Connect"
        | "sqlx.Open"
        | "sqlx.MustConnect"
        | "pgx.Connect"
        | "pgxpool.New"
        | "pgxpool.Connect"
        | "pgxpool.ParseConfig"
        | "pgx.ParseConfig"
        | "gorm.Open"
        | "postgres.Open"
        | "mysql.Open" => Some("the database"),
        "pg.Connect" if imports(&["github.com/go-pg/pg"]) => Some("Postgres"),
        "mgo.Dial" => Some("MongoDB"),
        "redis.NewClient" | "redis.Options" | "redis.ParseURL" | "redis.Dial" | "redis.DialURL" => {
            Some("Redis")
        }
        "amqp.Dial" => Some("RabbitMQ"),
        "options.Client().ApplyURI" => Some("MongoDB"),
        _ => None,
    }
}

fn of_java(code: &Code, callee: &str) -> Option<&'static str> {
    let imports = |modules: &[&str]| imports(code, modules);
    let last = last(callee);
    match callee {
        "DriverManager.getConnection" => Some("the database"),
        "Jedis" | "JedisPool" | "RedisClient.create" => Some("Redis"),
        "MongoClients.create" | "MongoClient" => Some("MongoDB"),
        _ if last == "setHost" && imports(&["com.rabbitmq.client"]) => Some("RabbitMQ"),
        _ if last == "url" && callee.contains("DataSourceBuilder") => Some("the database"),
        _ if matches!(last, "setJdbcUrl" | "setUrl")
            && imports(&["com.zaxxer.hikari", "javax.sql", "org.apache.commons.dbcp2"]) =>
        {
            Some("the database")
        }
        _ => None,
    }
}

fn of_php(code: &Code, callee: &str) -> Option<&'static str> {
    let imports = |modules: &[&str]| imports(code, modules);
    let last = last(callee);
    match callee {
        "PDO" | "\\PDO" | "mysqli_connect" | "mysqli" | "mysql_connect" | "mysql_pconnect"
        | "pg_connect" | "pg_pconnect" | "Medoo" | "R.setup" => Some("the database"),
        "DriverManager.getConnection" if imports(&["Doctrine"]) => Some("the database"),
        _ if last == "addConnection" && imports(&["Illuminate"]) => Some("the database"),
        "Predis.Client" | "Predis\\Client" | "\\Predis\\Client" => Some("Redis"),
        "MongoDB.Client" | "MongoDB\\Client" => Some("MongoDB"),
        _ => None,
    }
}
