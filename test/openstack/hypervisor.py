"""Nova's fake hypervisor, which takes its time and fails on demand."""
import io
import os
import time

from nova import exception
from nova.compute import task_states
from nova.image import glance
from nova.virt import fake

WORK = os.environ['WORK']


def act(name):
    with open(os.path.join(WORK, 'delay')) as file:
        time.sleep(float(file.read() or 0))
    if os.path.exists(os.path.join(WORK, 'fail-' + name)):
        raise exception.NovaException('the host was made to fail: ' + name)


def timed(name):
    plain = getattr(fake.FakeDriver, name)

    def method(self, *args, **kwargs):
        act(name)
        return plain(self, *args, **kwargs)
    return method


class Hypervisor(fake.FakeDriver):
    vcpus, memory_mb, local_gb = 64, 131072, 4096

    spawn, destroy, power_on, power_off, reboot = timed('spawn'), timed('destroy'), timed('power_on'), timed('power_off'), timed('reboot')
    rescue, unrescue, finish_migration, set_admin_password = timed('rescue'), timed('unrescue'), timed('finish_migration'), timed('set_admin_password')

    def snapshot(self, context, instance, image_id, update_task_state):
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        act('snapshot')
        update_task_state(task_state=task_states.IMAGE_UPLOADING, expected_state=task_states.IMAGE_PENDING_UPLOAD)
        images = glance.API()
        facts = {'name': images.get(context, image_id)['name'], 'disk_format': 'raw', 'container_format': 'bare'}
        images.update(context, image_id, facts, data=io.BytesIO(b'0' * 1024), purge_props=False)
