"""Who may refer to whom. A relation named by a string is invisible to import-linter, not to this."""

from django.apps import apps

LAYERS = ["delivery", "publishing", "translations", "media", "seeding", "staff", "accounts", "office"]
#: An app's models may refer to its own and to those of the apps below it.
MAY_REFER_TO = {label: set(LAYERS[:place]) for place, label in enumerate(LAYERS)} | {
    "operations": {"delivery"},
    "programmes": set(LAYERS),
    "careers": set(LAYERS),
    "home": {*LAYERS, "programmes", "careers"},
    "dashboard": {*LAYERS, "programmes", "careers"},
}
ANYONE_MAY = {"auth", "contenttypes"}


def test_every_app_of_the_project_has_its_layer():
    own = {
        app.label
        for app in apps.get_app_configs()
        if app.name.partition(".")[0] in ("iomlaos", "programmes", "careers")
    }
    assert own == set(MAY_REFER_TO)


def test_models_refer_to_lower_layers_only():
    upward = [
        str(field)
        for label, lower in MAY_REFER_TO.items()
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if is_forward(field) and field.related_model._meta.app_label not in lower | ANYONE_MAY | {label}
    ]
    assert upward == []


def is_forward(field) -> bool:
    """A foreign key or a many-to-many field of this very model, not the other side of one."""
    return field.is_relation and not field.auto_created and field.related_model is not None


def test_the_check_sees_relations():
    relations = {
        str(field) for model in apps.get_models() for field in model._meta.get_fields() if is_forward(field)
    }
    assert {
        "programmes.Project.programme",
        "programmes.Programme.donors",
        "careers.Vacancy.duty_station",
    } <= relations
