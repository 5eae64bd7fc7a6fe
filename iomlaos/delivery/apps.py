from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "iomlaos.delivery"
    verbose_name = "Delivery"
