<?php

declare(strict_types=1);

use Example\Site;

require __DIR__ . '/../vendor/autoload.php';

$path = parse_url($_SERVER['REQUEST_URI'] ?? '/', PHP_URL_PATH);
[$status, $type, $body] = (new Site())->answer(is_string($path) ? $path : '/');

http_response_code($status);
header("Content-Type: $type; charset=utf-8");
echo $body;
