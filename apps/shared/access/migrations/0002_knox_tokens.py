"""Tokens made before there were scopes go on to open all that their owners may do."""

from django.db import migrations

MOVE = """
    INSERT INTO access_apitoken
        (digest, token_key, user_id, created, expiry, name, scopes, last_used_at)
    SELECT digest, token_key, user_id, created, expiry, 'made before tokens had names',
        ARRAY['read', 'operate', 'administer'], NULL
    FROM knox_authtoken;
    DROP TABLE knox_authtoken;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("knox", "0009_extend_authtoken_field")]
    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
