"""One service of the cloud: `services.py NAME`. The API, conductor, scheduler and compute of Nova share a process, so messages need no broker."""
import json
import os
import sys

WORK = os.environ['WORK']
PORTS = json.loads(os.environ['PORTS'])
NAME = sys.argv[1]
CONFIG = os.path.join(WORK, NAME + '.conf')


def serve(application):
    import eventlet.wsgi
    eventlet.wsgi.server(eventlet.listen(('127.0.0.1', PORTS[NAME]), backlog=128), application, log_output=False, capitalize_response_headers=False)


def is_new(database):
    return not os.path.exists(os.path.join(WORK, 'db', database + '.db'))


def keystone():
    os.environ['OS_KEYSTONE_CONFIG_FILES'] = CONFIG
    sys.argv = ['keystone']
    first = is_new('keystone')
    from keystone.server import wsgi
    application = wsgi.initialize_public_application()
    if first:
        from keystone.cmd import bootstrap
        from keystone.common.sql import upgrades
        upgrades.offline_sync_database_to_version()
        # The application has loaded the backends; the second time would be refused.
        bootstrap.backends.load_backends = lambda: None
        url = 'http://127.0.0.1:%d/v3' % PORTS[NAME]
        plan = bootstrap.Bootstrapper()
        vars(plan).update(admin_username='admin', admin_password=os.environ['PASSWORD'], project_name='admin', admin_role_name='admin', immutable_roles=True,
                          service_name='keystone', region_id=os.environ['REGION'], public_url=url, internal_url=url, admin_url=None)
        plan.bootstrap()
    serve(application)


def placement():
    os.environ['OS_PLACEMENT_CONFIG_DIR'] = WORK
    sys.argv = ['placement']
    from placement import wsgi
    serve(wsgi.init_application())


def glance():
    os.environ['OS_GLANCE_CONFIG_DIR'] = WORK
    first = is_new('glance')
    from glance.common import wsgi_app
    if first:
        wsgi_app.CONF([], project='glance', default_config_files=[os.path.join(WORK, 'glance-api.conf')])
        from glance.db.sqlalchemy import api, models
        models.BASE.metadata.create_all(api.get_engine())
    sys.argv = ['glance']
    serve(wsgi_app.init_app())


def neutron():
    from neutron.common import eventlet_utils
    eventlet_utils.monkey_patch()
    import pkg_resources
    from neutron.common import config
    config.register_common_config_options()
    config.init(['--config-file', CONFIG])
    config.set_config_defaults()
    add_driver(pkg_resources)
    if is_new('neutron'):
        from neutron.db.migration.models import head  # noqa: F401, all tables
        from neutron_lib.db import api, model_base
        model_base.BASEV2.metadata.create_all(api.get_writer_session().get_bind())
    serve(config.load_paste_app('neutron'))


def add_driver(pkg_resources):
    """The plug-in that binds ports is named by the metadata of a package."""
    folder = os.path.join(WORK, 'every_port.egg-info')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'PKG-INFO'), 'w') as file:
        file.write('Metadata-Version: 1.0\nName: every-port\nVersion: 1\n')
    with open(os.path.join(folder, 'entry_points.txt'), 'w') as file:
        file.write('[neutron.ml2.mechanism_drivers]\nevery_port = hypervisor_ports:EveryPort\n')
    sys.path.insert(0, WORK)
    pkg_resources.working_set.add_entry(WORK)


def nova():
    import nova.monkey_patch  # noqa: F401, before anything else
    import nova.conf
    import os_vif
    from nova import config, context, objects, service
    from nova.db import migration
    from nova.objects import host_mapping
    config.parse_args(['nova', '--config-file', CONFIG])
    objects.register_all()
    os_vif.initialize()
    import hypervisor
    sys.modules['nova.virt.hypervisor'] = hypervisor
    admin = context.get_admin_context()
    if is_new('nova_api'):
        migration.db_sync(database='api')
        migration.db_sync(database='main')
        waste = objects.CellMapping(admin, uuid=objects.CellMapping.CELL0_UUID, name='cell0', transport_url='none:///',
                                    database_connection='sqlite:///%s/db/nova_cell0.db' % WORK)
        waste.create()
        with context.target_cell(admin, waste) as cell:
            migration.db_sync(database='main', context=cell)
        objects.CellMapping(admin, uuid='11111111-1111-4111-8111-111111111111', name='cell1', transport_url='fake:/',
                            database_connection=nova.conf.CONF.database.connection).create()
    for part in ('conductor', 'scheduler', 'compute'):
        service.Service.create(binary='nova-' + part, topic=part).start()
    host_mapping.discover_hosts(admin)
    os.environ['OS_NOVA_CONFIG_DIR'] = WORK
    from nova.api.openstack import wsgi_app
    from paste import deploy
    wsgi_app._setup_service(nova.conf.CONF.host, 'osapi_compute')
    serve(deploy.loadapp('config:' + os.path.join(WORK, 'nova-paste.ini'), name='osapi_compute'))


globals()[NAME]()
