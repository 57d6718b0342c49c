<?php

declare(strict_types=1);

namespace Example;

final class Site
{
    /** @return array{int, string, string} status, content type and body */
    public function answer(string $path): array
    {
        return match ($path) {
            '/' => [200, 'text/html', $this->page('Hello', 'A small PHP site behind Apache.')],
            '/healthz' => [200, 'application/json', json_encode(['status' => 'ok'], JSON_THROW_ON_ERROR)],
            default => [404, 'text/html', $this->page('Not found', "There is no $path here.")],
        };
    }

    private function page(string $title, string $text): string
    {
        $title = htmlspecialchars($title);
        $text = htmlspecialchars($text);
        return "<!doctype html>\n<title>$title</title>\n<h1>$title</h1>\n<p>$text</p>\n";
    }
}
