from .field import RichTextField

__all__ = ["RichTextField"]
