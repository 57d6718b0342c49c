console.log(`worker with ${process.env.ACME_THREADS} threads`);
