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
    let last = callee.rsplit('.').next().unwrap_or(callee);
    let imports = |modules: &[&str]| modules.iter().any(|module| code.imports(module));
    match code.language {
        Language::JavaScript => match last {
            "Pool" | "Client" if imports(&["pg"]) => Some("Postgres"),
            "createConnection" | "createPool"
                if imports(&["mysql", "mysql2", "mysql2/promise", "promise-mysql"]) =>
            {
                Some("MySQL")
            }
            "connect" | "createConnection"
                if imports(&["mongoose"]) && callee.contains("mongoose") =>
            {
                Some("MongoDB")
            }
            "MongoClient" | "connect"
                if imports(&["mongodb"]) && callee.contains("MongoClient") =>
            {
                Some("MongoDB")
            }
            "Redis" | "IORedis" if imports(&["ioredis"]) => Some("Redis"),
            "createClient" if imports(&["redis"]) => Some("Redis"),
            "connect" if imports(&["amqplib", "amqplib/callback_api"]) => Some("RabbitMQ"),
            "Sequelize" if imports(&["sequelize"]) => Some("the database"),
            "Queue" | "Worker" if imports(&["bullmq", "bull"]) => Some("Redis"),
            _ => None,
        },
        Language::Python => match callee {
            "psycopg2.connect" | "psycopg.connect" => Some("Postgres"),
            "pymysql.connect" | "MySQLdb.connect" | "mysql.connector.connect" => Some("MySQL"),
            "create_engine" | "sqlalchemy.create_engine" | "create_async_engine" => {
                Some("the database")
            }
            "MongoClient" | "pymongo.MongoClient" => Some("MongoDB"),
            "redis.Redis"
            | "redis.StrictRedis"
            | "redis.from_url"
            | "redis.Redis.from_url"
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
        },
        Language::Ruby => match callee {
            "Redis.new" | "Redis.connect" => Some("Redis"),
            "PG.connect" | "PG.Connection.new" => Some("Postgres"),
            "Mysql2.Client.new" => Some("MySQL"),
            "Sequel.connect" | "ActiveRecord.Base.establish_connection" => Some("the database"),
            "Mongo.Client.new" => Some("MongoDB"),
            "Bunny.new" => Some("RabbitMQ"),
            "Dalli.Client.new" => Some("memcached"),
            _ => None,
        },
        Language::Go => match callee {
            "sql.Open" | "sqlx.Connect" | "sqlx.Open" | "sqlx.MustConnect" | "pgx.Connect"
            | "pgxpool.New" | "pgxpool.Connect" | "gorm.Open" | "postgres.Open" | "mysql.Open" => {
                Some("the database")
            }
            "redis.NewClient" | "redis.Options" | "redis.ParseURL" | "redis.Dial" => Some("Redis"),
            "amqp.Dial" => Some("RabbitMQ"),
            "options.Client().ApplyURI" => Some("MongoDB"),
            _ => None,
        },
        Language::Java => match callee {
            "DriverManager.getConnection" => Some("the database"),
            "Jedis" | "JedisPool" | "RedisClient.create" => Some("Redis"),
            "MongoClients.create" | "MongoClient" => Some("MongoDB"),
            _ if matches!(last, "setJdbcUrl" | "setUrl")
                && imports(&["com.zaxxer.hikari", "javax.sql", "org.apache.commons.dbcp2"]) =>
            {
                Some("the database")
            }
            _ => None,
        },
        Language::Php => match callee {
            "PDO" | "\\PDO" | "mysqli_connect" | "mysqli" | "pg_connect" => Some("the database"),
            "Predis.Client" | "Predis\\Client" | "\\Predis\\Client" => Some("Redis"),
            "MongoDB.Client" | "MongoDB\\Client" => Some("MongoDB"),
            _ => None,
        },
    }
}
