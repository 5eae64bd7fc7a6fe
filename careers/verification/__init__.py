"""Is this notice real?"""
