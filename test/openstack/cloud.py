"""A real OpenStack on loopback: Keystone, Placement, Glance, Neutron and Nova with its fake hypervisor, on SQLite files.

    cloud.py ROOT WORK       unpacks Debian's packages below ROOT, runs the services with their state in WORK, and prints one line
                             of JSON when they are ready; ends with its input. A service that was killed is started again.

Nothing is installed, no message broker is needed: the parts of Nova share one process. WORK/delay has the seconds that each act of the
hypervisor takes; while WORK/fail-ACT exists, that act fails.
"""
import base64
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

SERVICES = ('keystone', 'placement', 'glance', 'neutron', 'nova')
HERE = os.path.dirname(os.path.abspath(__file__))
REGION = 'RegionOne'


# ---- packages ---------------------------------------------------------------------------------------------------------

def unpack(root):
    done = os.path.join(root, 'complete')
    if os.path.exists(done):
        return
    debs = os.path.join(root, 'debs')
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(debs)
    with open(os.path.join(HERE, 'packages.txt')) as file:
        names = file.read().split()
    download = ['apt-get', 'download', '-qq', *names]
    if subprocess.run(download, cwd=debs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run(['apt-get', 'update', '-qq'], check=True, stdout=sys.stderr)
        subprocess.run(download, cwd=debs, check=True, stdout=sys.stderr)
    for name in sorted(os.listdir(debs)):
        subprocess.run(['dpkg-deb', '-x', os.path.join(debs, name), root], check=True)
    shutil.rmtree(debs)
    # Debian has this module of Python in two packages; a path cannot join them.
    for folder in ('/usr/lib/python3.11/distutils',):
        if os.path.isdir(folder):
            shutil.copytree(folder, root + folder, dirs_exist_ok=True)
    open(done, 'w').close()


# ---- configuration ----------------------------------------------------------------------------------------------------

def write_ini(path, sections):
    with open(path, 'w') as file:
        for name, options in sections.items():
            file.write('[%s]\n' % name)
            file.writelines('%s = %s\n' % option for option in options.items())


def configure(work, ports, password):
    at = lambda *parts: os.path.join(work, *parts)
    identity = 'http://127.0.0.1:%d' % ports['keystone']
    database = lambda name: 'sqlite:///' + at('db', name + '.db')

    def user(name):
        return {'auth_type': 'password', 'auth_url': identity + '/v3', 'username': name, 'password': password, 'project_name': 'service',
                'user_domain_name': 'Default', 'project_domain_name': 'Default', 'region_name': REGION}

    def service(name, **sections):
        common = {'DEFAULT': {'use_stderr': 'true', 'transport_url': 'fake:/', 'state_path': at('state')},
                  'oslo_concurrency': {'lock_path': at('locks')}, 'oslo_policy': {'policy_dirs': at('no-policy')},
                  'keystone_authtoken': {**user(name), 'www_authenticate_uri': identity, 'service_token_roles': 'admin', 'service_token_roles_required': 'true'}}
        for section, options in sections.items():
            common[section] = {**common.get(section, {}), **options}
        return common

    write_ini(at('keystone.conf'), {
        'DEFAULT': {'use_stderr': 'true', 'public_endpoint': identity},
        'database': {'connection': database('keystone')},
        'fernet_tokens': {'key_repository': at('fernet')}, 'fernet_receipts': {'key_repository': at('fernet')}, 'credential': {'key_repository': at('fernet')},
        'identity': {'password_hash_rounds': '4'}, 'cache': {'enabled': 'true', 'backend': 'dogpile.cache.memory'}})
    write_ini(at('placement.conf'), service('placement', api={'auth_strategy': 'keystone'},
              placement_database={'connection': database('placement'), 'sync_on_startup': 'true'}))
    write_ini(at('glance-api.conf'), service('glance', DEFAULT={'enabled_import_methods': '[]', 'node_staging_uri': 'file://' + at('state')},
              database={'connection': database('glance')}, paste_deploy={'flavor': 'keystone', 'config_file': at('glance-api-paste.ini')},
              glance_store={'stores': 'file', 'default_store': 'file', 'filesystem_store_datadir': at('images')}))
    write_ini(at('neutron.conf'), service('neutron',
              DEFAULT={'core_plugin': 'ml2', 'service_plugins': 'router', 'api_paste_config': at('neutron-paste.ini'), 'dhcp_agent_notification': 'false',
                       'notify_nova_on_port_status_changes': 'true', 'notify_nova_on_port_data_changes': 'true', 'send_events_interval': '1'},
              database={'connection': database('neutron')}, nova=user('nova'),
              ml2={'type_drivers': 'flat,vlan', 'tenant_network_types': 'vlan', 'mechanism_drivers': 'every_port', 'extension_drivers': 'port_security'},
              ml2_type_vlan={'network_vlan_ranges': 'inside:100:199'}, ml2_type_flat={'flat_networks': '*'}))
    write_ini(at('nova.conf'), service('nova',
              DEFAULT={'compute_driver': 'hypervisor.Hypervisor', 'host': 'host1', 'my_ip': '127.0.0.1', 'allow_resize_to_same_host': 'true',
                       'sync_power_state_interval': '-1', 'running_deleted_instance_poll_interval': '0', 'heal_instance_info_cache_interval': '3600'},
              api={'auth_strategy': 'keystone'}, wsgi={'api_paste_config': at('nova-paste.ini')}, conductor={'workers': '1'}, scheduler={'workers': '1'},
              database={'connection': database('nova_cell1')}, api_database={'connection': database('nova_api')},
              quota={'instances': '40', 'cores': '400', 'ram': '5000000'}, vnc={'novncproxy_base_url': 'http://127.0.0.1/vnc_auto.html'},
              placement=user('placement'), service_user={'send_service_user_token': 'false'},
              glance={'api_servers': 'http://127.0.0.1:%d' % ports['glance']},
              neutron={**user('neutron'), 'service_metadata_proxy': 'true', 'metadata_proxy_shared_secret': 'none'}))
    factory = lambda name: {'paste.filter_factory': name}
    token = factory('keystonemiddleware.auth_token:filter_factory')
    write_ini(at('glance-api-paste.ini'), {
        'pipeline:glance-api-keystone': {'pipeline': 'versions token context root'},
        'composite:root': {'paste.composite_factory': 'glance.api:root_app_factory', '/': 'list', '/v2': 'v2'},
        'app:list': {'paste.app_factory': 'glance.api.versions:create_resource'}, 'app:v2': {'paste.app_factory': 'glance.api.v2.router:API.factory'},
        'filter:versions': factory('glance.api.middleware.version_negotiation:VersionNegotiationFilter.factory'),
        'filter:context': factory('glance.api.middleware.context:ContextMiddleware.factory'), 'filter:token': token})
    write_ini(at('neutron-paste.ini'), {
        'composite:neutron': {'use': 'egg:Paste#urlmap', '/': 'list', '/v2.0': 'v2'},
        'composite:v2': {'use': 'call:neutron.auth:pipeline_factory', 'keystone': 'id errors token context extensions api', 'noauth': 'api'},
        'app:list': {'paste.app_factory': 'neutron.pecan_wsgi.app:versions_factory'}, 'app:api': {'paste.app_factory': 'neutron.api.v2.router:APIRouter.factory'},
        'filter:id': factory('oslo_middleware:RequestId.factory'), 'filter:errors': factory('oslo_middleware:CatchErrors.factory'),
        'filter:context': factory('neutron.auth:NeutronKeystoneContext.factory'), 'filter:token': token,
        'filter:extensions': factory('neutron.api.extensions:plugin_aware_extension_middleware_factory')})
    write_ini(at('nova-paste.ini'), {
        'composite:osapi_compute': {'use': 'call:nova.api.openstack.urlmap:urlmap_factory', '/v2.1': 'version', '/v2.1/+': 'v21'},
        'pipeline:version': {'pipeline': 'id faults one'}, 'app:one': {'paste.app_factory': 'nova.api.openstack.compute.versions:VersionsV2.factory'},
        'composite:v21': {'use': 'call:nova.api.auth:pipeline_factory_v21', 'keystone': 'id faults size token context api', 'noauth2': 'api'},
        'app:api': {'paste.app_factory': 'nova.api.openstack.compute:APIRouterV21.factory'},
        'filter:id': factory('nova.api.compute_req_id:ComputeReqIdMiddleware.factory'), 'filter:faults': factory('nova.api.openstack:FaultWrapper.factory'),
        'filter:size': factory('oslo_middleware:RequestBodySizeLimiter.factory'), 'filter:context': factory('nova.api.auth:NovaKeystoneContext.factory'),
        'filter:token': token})
    for name in ('0', '1'):
        with open(at('fernet', name), 'wb') as file:
            file.write(base64.urlsafe_b64encode(os.urandom(32)))


# ---- what is in the cloud ---------------------------------------------------------------------------------------------

class Caller:
    def __init__(self, ports, password):
        self.ports, self.password = ports, password

    def call(self, name, method, path, body=None, token=None, raw=None):
        headers = {'Content-Type': 'application/json' if raw is None else 'application/octet-stream'}
        if token:
            headers['X-Auth-Token'] = token
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request('http://127.0.0.1:%d%s' % (self.ports[name], path), data, headers, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
                text = answer.read()
                return (json.loads(text) if text[:1] in (b'{', b'[') else {}), answer.headers
        except urllib.error.HTTPError as error:
            raise SystemExit('%s %s %s: %s %s' % (name, method, path, error.code, error.read()[:300]))

    def token(self, user, project):
        who = {'name': user, 'password': self.password, 'domain': {'id': 'default'}}
        scope = {'project': {'name': project, 'domain': {'id': 'default'}}}
        return self.call('keystone', 'POST', '/v3/auth/tokens', {'auth': {
            'identity': {'methods': ['password'], 'password': {'user': who}}, 'scope': scope}})[1]['X-Subject-Token']


def seed_identity(caller, ports):
    token = caller.token('admin', 'admin')
    ask = lambda method, path, body=None: caller.call('keystone', method, '/v3' + path, body, token)[0]
    roles = {role['name']: role['id'] for role in ask('GET', '/roles')['roles']}
    projects = {name: ask('POST', '/projects', {'project': {'name': name, 'domain_id': 'default'}})['project']['id'] for name in ('service', 'demo')}
    for name, project, role in [(name, 'service', 'admin') for name in SERVICES[1:]] + [('demo', 'demo', 'member')]:
        user = ask('POST', '/users', {'user': {'name': name, 'password': caller.password, 'domain_id': 'default'}})['user']['id']
        ask('PUT', '/projects/%s/users/%s/roles/%s' % (projects[project], user, roles[role]))
    for kind, name, path in (('compute', 'nova', '/v2.1'), ('placement', 'placement', ''), ('image', 'glance', ''), ('network', 'neutron', '')):
        service = ask('POST', '/services', {'service': {'type': kind, 'name': name}})['service']['id']
        for interface in ('public', 'internal'):
            ask('POST', '/endpoints', {'endpoint': {'service_id': service, 'interface': interface, 'region_id': REGION,
                                                    'url': 'http://127.0.0.1:%d%s' % (ports[name], path)}})


def seed_cloud(caller):
    admin, demo = caller.token('admin', 'admin'), caller.token('demo', 'demo')
    for number, (name, cpus, ram, disk) in enumerate((('m1.nano', 1, 128, 1), ('m1.small', 1, 2048, 20), ('m1.medium', 2, 4096, 40),
                                                      ('m1.large', 4, 8192, 80), ('m1.huge', 128, 1048576, 80)), 1):
        caller.call('nova', 'POST', '/v2.1/flavors', {'flavor': {'id': str(number), 'name': name, 'vcpus': cpus, 'ram': ram, 'disk': disk}}, admin)
    for name, disk, ram in (('debian-12', 1, 64), ('ubuntu-24.04', 10, 512)):
        system, version = name.split('-')
        image = caller.call('glance', 'POST', '/v2/images', {'name': name, 'disk_format': 'raw', 'container_format': 'bare', 'visibility': 'public',
                            'min_disk': disk, 'min_ram': ram, 'os_distro': system, 'os_version': version}, admin)[0]['id']
        caller.call('glance', 'PUT', '/v2/images/%s/file' % image, None, admin, raw=b'0' * 1024)
    make = lambda kind, token, **facts: caller.call('neutron', 'POST', '/v2.0/%ss' % kind, {kind: facts}, token)[0][kind]['id']
    outside = make('network', admin, name='public', **{'router:external': True, 'provider:network_type': 'flat', 'provider:physical_network': 'outside'})
    make('subnet', admin, network_id=outside, ip_version=4, cidr='203.0.113.0/24', enable_dhcp=False)
    inside = make('network', demo, name='private')
    subnet = make('subnet', demo, network_id=inside, ip_version=4, cidr='10.20.0.0/24')
    make('subnet', demo, network_id=inside, ip_version=6, cidr='fd00:20::/64', ipv6_ra_mode='slaac', ipv6_address_mode='slaac')
    router = make('router', demo, name='router', external_gateway_info={'network_id': outside})
    caller.call('neutron', 'PUT', '/v2.0/routers/%s/add_router_interface' % router, {'subnet_id': subnet}, demo)
    key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVYzyQf2nq5WkYz9nXl0wz6oNwXbV1b0m1Yk5c1xk0P deploy@example.com'
    caller.call('nova', 'POST', '/v2.1/os-keypairs', {'keypair': {'name': 'deploy', 'public_key': key}}, demo)


# ---- processes --------------------------------------------------------------------------------------------------------

class Cloud:
    def __init__(self, root, work):
        self.work, self.running = work, {}
        self.ports = free_ports()
        packages = [root + folder for folder in ('/usr/lib/python3/dist-packages', '/usr/lib/python3.11')]
        libraries = [root + folder + '/' + os.uname().machine + '-linux-gnu' for folder in ('/usr/lib', '/lib')]
        self.environment = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'PYTHONWARNINGS': 'ignore', 'WORK': work, 'PORTS': json.dumps(self.ports),
                            'PASSWORD': base64.urlsafe_b64encode(os.urandom(12)).decode(), 'REGION': REGION,
                            'PYTHONPATH': ':'.join([HERE, *packages]), 'LD_LIBRARY_PATH': ':'.join(libraries)}

    def start(self, name):
        with open(os.path.join(self.work, name + '.log'), 'ab') as log:
            command = [sys.executable, os.path.join(HERE, 'services.py'), name]
            self.running[name] = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        with open(os.path.join(self.work, name + '.pid'), 'w') as file:
            file.write(str(self.running[name].pid))

    def wait(self, name, seconds=180):
        until = time.time() + seconds
        while time.time() < until:
            if self.running[name].poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(('127.0.0.1', self.ports[name])) == 0:
                    return
            time.sleep(0.1)
        with open(os.path.join(self.work, name + '.log')) as log:
            raise SystemExit('%s does not start:\n%s' % (name, log.read()[-3000:]))

    def stop(self, name):
        process = self.running.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_ports():
    held = [socket.socket() for _ in SERVICES]
    for one in held:
        one.bind(('127.0.0.1', 0))
    ports = dict(zip(SERVICES, (one.getsockname()[1] for one in held)))
    for one in held:
        one.close()
    return ports


def main(root, work):
    began = time.time()
    for folder in ('db', 'state', 'images', 'fernet', 'locks'):
        os.makedirs(os.path.join(work, folder))
    unpack(root)
    unpacked = time.time()
    cloud = Cloud(root, work)
    configure(work, cloud.ports, cloud.environment['PASSWORD'])
    with open(os.path.join(work, 'delay'), 'w') as file:
        file.write('0.1')
    try:
        for name in SERVICES[:4]:
            cloud.start(name)
        caller = Caller(cloud.ports, cloud.environment['PASSWORD'])
        cloud.wait('keystone')
        seed_identity(caller, cloud.ports)
        cloud.wait('placement')
        cloud.start('nova')
        for name in SERVICES:
            cloud.wait(name)
        seed_cloud(caller)
        kinds = {'keystone': 'identity', 'nova': 'compute', 'glance': 'image', 'neutron': 'network'}
        url = lambda name: 'http://127.0.0.1:%d' % cloud.ports[name]
        version = subprocess.run([sys.executable, '-c', 'from nova import version; print(version.version_string())'],
                                 env=cloud.environment, capture_output=True, text=True).stdout.strip()
        print(json.dumps({'folder': work, 'services': {kind: url(name) for name, kind in kinds.items()},
                          'settings': {'auth_url': url('keystone') + '/v3', 'username': 'demo', 'password': caller.password, 'project': 'demo'},
                          'version': version, 'seconds': [round(unpacked - began, 1), round(time.time() - unpacked, 1)]}), flush=True)
        while not select.select([sys.stdin], [], [], 0.2)[0]:
            for name in [name for name, process in cloud.running.items() if process.poll() is not None]:
                time.sleep(2)
                cloud.start(name)
    finally:
        for name in list(cloud.running):
            cloud.stop(name)


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
