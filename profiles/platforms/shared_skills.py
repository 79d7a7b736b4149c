"""Skills for the platforms that look into `.agents/skills`: rendered once, alike for all of them."""

from profiles.platforms.plain import copied_folder

SKILLS_FOLDER = ".agents/skills"

render_skill = copied_folder
