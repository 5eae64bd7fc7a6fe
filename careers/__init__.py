"""Working with the office: vacancies and application forms; later procurement notices."""
