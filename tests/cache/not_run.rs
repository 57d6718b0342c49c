//! Steps of Heroku's buildpacks that nobody runs.

use super::support::Bed;

const PYTHON: &str = r#"#!/bin/sh
case "$1$2" in
-c*) echo 3.11.2 cpython-311 /usr;;
--version*) echo Python 3.11.2;;
-mvenv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python";;
esac
"#;

fn django() -> Bed {
    let bed = Bed::new();
    bed.tool("python3", PYTHON);
    bed.put("requirements.txt", "Django==5.2\nwhitenoise==6.6.0\n");
    bed.put(
        "manage.py",
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    );
    bed.put(
        "shop/settings.py",
        "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\nSTATIC_ROOT = BASE_DIR / 'staticfiles'\n",
    );
    bed.put("Procfile", "web: gunicorn shop.wsgi\n");
    bed
}

fn is_told(bed: &Bed) -> bool {
    let (_, log) = bed.build();
    let told = log.notes.iter().any(|note| note.contains("collectstatic"));
    super::cache::pack::remove(&bed.app().join(".venv")).unwrap();
    assert!(
        !told || log.notes[0].contains("staticfiles is not in the app"),
        "{log:?}"
    );
    told
}

#[test]
fn static_files_that_nobody_collects_are_told_on_every_build() {
    let bed = django();
    assert!(is_told(&bed) && is_told(&bed));
}

#[test]
fn static_files_that_are_there_or_collected_or_served_elsewhere_are_not_told() {
    for (path, text) in [
        ("staticfiles/a.css", "a"),
        (
            "Procfile",
            "web: python manage.py collectstatic --noinput && gunicorn shop.wsgi\n",
        ),
        ("bin/start", "python manage.py collectstatic\n"),
        (
            "shop/settings.py",
            "STATIC_ROOT = BASE_DIR / 'staticfiles'\n",
        ),
        (
            "shop/settings.py",
            "# whitenoise\nSTATIC_ROOT = BASE_DIR / 'staticfiles'\n",
        ),
        ("shop/settings.py", "import whitenoise\n"),
    ] {
        let bed = django();
        bed.put(path, text);
        assert!(!is_told(&bed), "{path} {text}");
    }
    let mut bed = django();
    bed.set("DISABLE_COLLECTSTATIC", "1");
    assert!(!is_told(&bed));
    bed.set("DISABLE_COLLECTSTATIC", "0");
    assert!(is_told(&bed));
}
