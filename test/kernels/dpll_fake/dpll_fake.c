// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * dpll_fake - made-up DPLL devices and pins, to try programs that read (or set) the
 * kernel's "dpll" generic-netlink family on a machine without such hardware.
 *
 * Written for Linux 6.12 (CONFIG_DPLL=y); `pnpm kernel:build` builds it. Test machines only.
 *
 *   device 0  EEC, automatic mode      device 1  PPS, automatic mode
 *
 *   pin       type              on               what it shows
 *   GNSS      gnss              EEC, PPS input   1 Hz only, phase offset, ref. sync with SMA1
 *   SMA1      ext               EEC, PPS input   frequency range, embedded sync, settable
 *   SMA2      ext               PPS output       several frequencies, no priority
 *   OCXO      int-oscillator    EEC input        no panel or package label, no frequency list
 *   RCLK      mux               EEC, PPS input   the parent of the two ports
 *   PORT0/1   synce-eth-port    RCLK (a pin)     state per parent pin, ffo
 *   EXTRAn    ext               EEC input        extra_pins of them: long dumps
 *
 * Parameters: extra_pins=N at load time; netdev=NAME at load time makes PORT0 that
 * interface's pin (IFLA_DPLL_PIN; remove this module before the interface); lock_status=N
 * (enum dpll_lock_status), also later through
 * /sys/module/dpll_fake/parameters/lock_status, which sends the change notification.
 *
 * The dpll core calls every operation below with its own lock held, so they need none.
 */
#include <linux/dpll.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#define CLOCK_ID 0x0a1b2c3d4e5f6071ULL	/* above 2^53: must not pass through a double */

enum { EEC, PPS, DEVICES };
enum { GNSS, SMA1, SMA2, OCXO, RCLK, PORT0, PORT1, NAMED };

struct fake_device {
	struct dpll_device *dpll;
	int index;
};

struct fake_pin {
	struct dpll_pin *pin;
	struct dpll_pin_properties prop;
	const struct dpll_pin_ops *ops;
	unsigned int devices;		/* bit per device it is registered on */
	int parent;			/* pin it is registered on, or -1 */
	enum dpll_pin_direction direction;
	enum dpll_pin_state state[DEVICES], state_on_parent, ref_sync;
	u32 prio[DEVICES];
	u64 frequency, esync;
	s64 phase_offset;		/* 1/1000 ps */
	s64 ffo;			/* parts per million, as the driver gives it */
	s32 phase_adjust;		/* ps */
	char label[16];
	bool made, registered;
};

static struct fake_device devices[DEVICES];
static struct fake_pin *pins;
static int pin_count;
static struct net_device *port0_netdev;

static uint extra_pins;
module_param(extra_pins, uint, 0444);
MODULE_PARM_DESC(extra_pins, "further input pins on the EEC device");

static char *netdev;
module_param(netdev, charp, 0444);
MODULE_PARM_DESC(netdev, "interface to give PORT0 to");

/* --- parameters ------------------------------------------------------------------ */

static int lock_status = DPLL_LOCK_STATUS_LOCKED_HO_ACQ;

static int lock_status_param_set(const char *val, const struct kernel_param *kp)
{
	int i, status, err = kstrtoint(val, 0, &status);

	if (err)
		return err;
	if (status < DPLL_LOCK_STATUS_UNLOCKED || status > DPLL_LOCK_STATUS_MAX)
		return -EINVAL;
	WRITE_ONCE(lock_status, status);
	for (i = 0; i < DEVICES; i++)	/* none yet while the module loads */
		if (devices[i].dpll)
			dpll_device_change_ntf(devices[i].dpll);
	return 0;
}

static const struct kernel_param_ops lock_status_param_ops = {
	.set = lock_status_param_set,
	.get = param_get_int,
};
module_param_cb(lock_status, &lock_status_param_ops, &lock_status, 0644);
MODULE_PARM_DESC(lock_status, "1 unlocked, 2 locked, 3 locked-ho-acq, 4 holdover");

/* --- device operations ----------------------------------------------------------- */

static int fake_mode_get(const struct dpll_device *dpll, void *priv,
			 enum dpll_mode *mode, struct netlink_ext_ack *extack)
{
	*mode = DPLL_MODE_AUTOMATIC;
	return 0;
}

static int fake_lock_status_get(const struct dpll_device *dpll, void *priv,
				enum dpll_lock_status *status,
				enum dpll_lock_status_error *error,
				struct netlink_ext_ack *extack)
{
	*status = READ_ONCE(lock_status);
	*error = *status == DPLL_LOCK_STATUS_HOLDOVER ? DPLL_LOCK_STATUS_ERROR_MEDIA_DOWN
						      : DPLL_LOCK_STATUS_ERROR_NONE;
	return 0;
}

static int fake_temp_get(const struct dpll_device *dpll, void *priv, s32 *temp,
			 struct netlink_ext_ack *extack)
{
	struct fake_device *dev = priv;

	*temp = dev->index == EEC ? 42125 : -1500;	/* 1/1000 of a degree Celsius */
	return 0;
}

static int fake_quality_get(const struct dpll_device *dpll, void *priv, unsigned long *levels,
			    struct netlink_ext_ack *extack)
{
	__set_bit(DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_EEC1, levels);
	__set_bit(DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_PRTC, levels);
	return 0;
}

static const struct dpll_device_ops eec_ops = {
	.mode_get = fake_mode_get,
	.lock_status_get = fake_lock_status_get,
	.temp_get = fake_temp_get,
	.clock_quality_level_get = fake_quality_get,
};

static const struct dpll_device_ops pps_ops = {
	.mode_get = fake_mode_get,
	.lock_status_get = fake_lock_status_get,
	.temp_get = fake_temp_get,
};

static const struct dpll_device_ops *const device_ops[DEVICES] = { &eec_ops, &pps_ops };
static const enum dpll_type device_type[DEVICES] = { DPLL_TYPE_EEC, DPLL_TYPE_PPS };

/* --- pin operations: plain getters and setters of struct fake_pin ------------------ */

#define PIN_OP(name, args...)								\
	static int name(const struct dpll_pin *p, void *pin_priv,			\
			const struct dpll_device *d, void *dpll_priv, args,		\
			struct netlink_ext_ack *extack)
#define PIN ((struct fake_pin *)pin_priv)
#define DEV (((struct fake_device *)dpll_priv)->index)

PIN_OP(fake_frequency_get, u64 *v) { *v = PIN->frequency; return 0; }
PIN_OP(fake_frequency_set, const u64 v) { PIN->frequency = v; return 0; }
PIN_OP(fake_direction_get, enum dpll_pin_direction *v) { *v = PIN->direction; return 0; }
PIN_OP(fake_direction_set, const enum dpll_pin_direction v) { PIN->direction = v; return 0; }
PIN_OP(fake_state_get, enum dpll_pin_state *v) { *v = PIN->state[DEV]; return 0; }
PIN_OP(fake_state_set, const enum dpll_pin_state v) { PIN->state[DEV] = v; return 0; }
PIN_OP(fake_prio_get, u32 *v) { *v = PIN->prio[DEV]; return 0; }
PIN_OP(fake_prio_set, const u32 v) { PIN->prio[DEV] = v; return 0; }
PIN_OP(fake_phase_offset_get, s64 *v) { *v = PIN->phase_offset; return 0; }
PIN_OP(fake_phase_adjust_get, s32 *v) { *v = PIN->phase_adjust; return 0; }
PIN_OP(fake_phase_adjust_set, const s32 v) { PIN->phase_adjust = v; return 0; }
PIN_OP(fake_ffo_get, s64 *v) { *v = PIN->ffo; return 0; }

static const struct dpll_pin_frequency esync_range[] = {
	DPLL_PIN_FREQUENCY_RANGE(0, 0), DPLL_PIN_FREQUENCY_1PPS,
};

PIN_OP(fake_esync_get, struct dpll_pin_esync *v)
{
	v->freq = PIN->esync;
	v->range = esync_range;
	v->range_num = ARRAY_SIZE(esync_range);
	v->pulse = 25;		/* per cent */
	return 0;
}
PIN_OP(fake_esync_set, u64 v) { PIN->esync = v; return 0; }

/* Between two pins: on a parent (mux) pin, and as another pin's sync reference. */
static int fake_parent_get(const struct dpll_pin *p, void *pin_priv,
			   const struct dpll_pin *parent, void *parent_priv,
			   enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	*state = PIN->state_on_parent;
	return 0;
}

static int fake_parent_set(const struct dpll_pin *p, void *pin_priv,
			   const struct dpll_pin *parent, void *parent_priv,
			   const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	PIN->state_on_parent = state;
	return 0;
}

static int fake_ref_sync_get(const struct dpll_pin *p, void *pin_priv,
			     const struct dpll_pin *other, void *other_priv,
			     enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	*state = PIN->ref_sync;
	return 0;
}

static int fake_ref_sync_set(const struct dpll_pin *p, void *pin_priv,
			     const struct dpll_pin *other, void *other_priv,
			     const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	PIN->ref_sync = state;
	return 0;
}

#define COMMON_OPS						\
	.frequency_get = fake_frequency_get,			\
	.frequency_set = fake_frequency_set,			\
	.direction_get = fake_direction_get,			\
	.state_on_dpll_get = fake_state_get,			\
	.state_on_dpll_set = fake_state_set,			\
	.phase_adjust_get = fake_phase_adjust_get,		\
	.phase_adjust_set = fake_phase_adjust_set
#define INPUT_OPS						\
	COMMON_OPS,						\
	.prio_get = fake_prio_get,				\
	.prio_set = fake_prio_set,				\
	.phase_offset_get = fake_phase_offset_get

static const struct dpll_pin_ops output_ops = { COMMON_OPS };
static const struct dpll_pin_ops input_ops = { INPUT_OPS };
static const struct dpll_pin_ops gnss_ops = {
	INPUT_OPS,
	.ref_sync_get = fake_ref_sync_get,
	.ref_sync_set = fake_ref_sync_set,
};
static const struct dpll_pin_ops sma1_ops = {
	INPUT_OPS,
	.direction_set = fake_direction_set,
	.esync_get = fake_esync_get,
	.esync_set = fake_esync_set,
};
static const struct dpll_pin_ops child_ops = {
	.direction_get = fake_direction_get,
	.state_on_pin_get = fake_parent_get,
	.state_on_pin_set = fake_parent_set,
	.frequency_get = fake_frequency_get,
	.ffo_get = fake_ffo_get,
};

/* --- the pins ---------------------------------------------------------------------- */

static struct dpll_pin_frequency one_hz[] = { DPLL_PIN_FREQUENCY_1PPS };
static struct dpll_pin_frequency sma1_hz[] = {
	DPLL_PIN_FREQUENCY_1PPS, DPLL_PIN_FREQUENCY_10MHZ,
	DPLL_PIN_FREQUENCY_RANGE(25000000, 10000000000ULL),	/* above 2^32 */
};
static struct dpll_pin_frequency sma2_hz[] = { DPLL_PIN_FREQUENCY_1PPS, DPLL_PIN_FREQUENCY_10MHZ };

#define CAN_SET (DPLL_PIN_CAPABILITIES_PRIORITY_CAN_CHANGE | DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE)
#define FREQ(list) .freq_supported = (list), .freq_supported_num = ARRAY_SIZE(list)
#define BOTH (BIT(EEC) | BIT(PPS))
#define IN .direction = DPLL_PIN_DIRECTION_INPUT
#define OUT .direction = DPLL_PIN_DIRECTION_OUTPUT
#define STATE(eec, pps) .state = { DPLL_PIN_STATE_##eec, DPLL_PIN_STATE_##pps }

static const struct fake_pin named_pins[NAMED] = {
	[GNSS] = { .label = "GNSS-1PPS", .ops = &gnss_ops, .devices = BOTH, .parent = -1, IN,
		.prop = { .panel_label = "ANT", .package_label = "REF0P", .type = DPLL_PIN_TYPE_GNSS,
			.capabilities = CAN_SET, FREQ(one_hz), .phase_range = { -16723, 16723 } },
		STATE(CONNECTED, CONNECTED), .prio = { 0, 1 }, .frequency = 1,
		.phase_offset = -1234567890123LL, .phase_adjust = -100,
		.ref_sync = DPLL_PIN_STATE_DISCONNECTED },
	[SMA1] = { .label = "SMA1", .ops = &sma1_ops, .devices = BOTH, .parent = -1, IN,
		.prop = { .panel_label = "SMA 1", .package_label = "REF1P", .type = DPLL_PIN_TYPE_EXT,
			.capabilities = CAN_SET | DPLL_PIN_CAPABILITIES_DIRECTION_CAN_CHANGE,
			FREQ(sma1_hz), .phase_range = { S32_MIN, S32_MAX } },
		STATE(SELECTABLE, DISCONNECTED), .prio = { 3, 255 }, .frequency = 10000000, .esync = 1,
		.phase_offset = 500 },
	[SMA2] = { .label = "SMA2", .ops = &output_ops, .devices = BIT(PPS), .parent = -1, OUT,
		.prop = { .panel_label = "SMA 2", .package_label = "OUT1", .type = DPLL_PIN_TYPE_EXT,
			.capabilities = DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE, FREQ(sma2_hz) },
		STATE(DISCONNECTED, CONNECTED), .frequency = 1 },
	[OCXO] = { .label = "OCXO", .ops = &input_ops, .devices = BIT(EEC), .parent = -1, IN,
		.prop = { .type = DPLL_PIN_TYPE_INT_OSCILLATOR },
		STATE(SELECTABLE, DISCONNECTED), .prio = { 9 }, .frequency = 20000000 },
	[RCLK] = { .label = "RCLK", .ops = &input_ops, .devices = BOTH, .parent = -1, IN,
		.prop = { .package_label = "REF2P", .type = DPLL_PIN_TYPE_MUX, .capabilities = CAN_SET },
		STATE(SELECTABLE, SELECTABLE), .prio = { 5, 6 }, .frequency = 1953125 },
	[PORT0] = { .label = "PORT0", .ops = &child_ops, .parent = RCLK, IN,
		.prop = { .panel_label = "eth 0", .type = DPLL_PIN_TYPE_SYNCE_ETH_PORT,
			.capabilities = DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE },
		.state_on_parent = DPLL_PIN_STATE_CONNECTED, .frequency = 156250000, .ffo = -37 },
	[PORT1] = { .label = "PORT1", .ops = &child_ops, .parent = RCLK, IN,
		.prop = { .panel_label = "eth 1", .type = DPLL_PIN_TYPE_SYNCE_ETH_PORT,
			.capabilities = DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE },
		.state_on_parent = DPLL_PIN_STATE_DISCONNECTED, .frequency = 156250000 },
};

static int fake_pin_add(int index)
{
	struct fake_pin *pin = &pins[index];
	int i, err;

	pin->prop.board_label = pin->label;
	pin->pin = dpll_pin_get(CLOCK_ID, index, THIS_MODULE, &pin->prop);
	if (IS_ERR(pin->pin))
		return PTR_ERR(pin->pin);
	pin->made = true;
	if (pin->parent >= 0) {
		err = dpll_pin_on_pin_register(pins[pin->parent].pin, pin->pin, pin->ops, pin);
		if (err)
			return err;
		pin->registered = true;
		return 0;
	}
	for (i = 0; i < DEVICES; i++) {
		if (!(pin->devices & BIT(i)))
			continue;
		err = dpll_pin_register(devices[i].dpll, pin->pin, pin->ops, pin);
		if (err) {
			pin->devices &= BIT(i) - 1;	/* those that did register */
			pin->registered = true;
			return err;
		}
	}
	pin->registered = true;
	return 0;
}

static void fake_pin_remove(struct fake_pin *pin)
{
	int i;

	if (pin->registered && pin->parent >= 0)
		dpll_pin_on_pin_unregister(pins[pin->parent].pin, pin->pin, pin->ops, pin);
	else if (pin->registered)
		for (i = 0; i < DEVICES; i++)
			if (pin->devices & BIT(i))
				dpll_pin_unregister(devices[i].dpll, pin->pin, pin->ops, pin);
	if (pin->made)
		dpll_pin_put(pin->pin);
}

/* --- load and unload --------------------------------------------------------------- */

static void dpll_fake_remove_all(void)
{
	int i;

	if (port0_netdev) {
		dpll_netdev_pin_clear(port0_netdev);	/* takes the rtnl lock itself */
		dev_put(port0_netdev);
	}
	for (i = pin_count - 1; i >= 0; i--)	/* children go before their parents */
		fake_pin_remove(&pins[i]);
	for (i = 0; i < DEVICES; i++) {
		if (!devices[i].dpll)
			continue;
		dpll_device_unregister(devices[i].dpll, device_ops[i], &devices[i]);
		dpll_device_put(devices[i].dpll);
	}
	kvfree(pins);
}

static int __init dpll_fake_init(void)
{
	int i, err;

	if (extra_pins > 100000)
		return -EINVAL;
	pins = kvcalloc(NAMED + extra_pins, sizeof(*pins), GFP_KERNEL);
	if (!pins)
		return -ENOMEM;

	for (i = 0; i < DEVICES; i++) {
		struct dpll_device *dpll = dpll_device_get(CLOCK_ID, i, THIS_MODULE);

		if (IS_ERR(dpll)) {
			err = PTR_ERR(dpll);
			goto fail;
		}
		devices[i].index = i;
		err = dpll_device_register(dpll, device_type[i], device_ops[i], &devices[i]);
		if (err) {
			dpll_device_put(dpll);
			goto fail;
		}
		devices[i].dpll = dpll;
	}

	for (i = 0; i < NAMED + extra_pins; i++) {
		if (i < NAMED) {
			pins[i] = named_pins[i];
		} else {
			pins[i] = named_pins[OCXO];
			pins[i].prop.type = DPLL_PIN_TYPE_EXT;
			snprintf(pins[i].label, sizeof(pins[i].label), "EXTRA%d", i - NAMED);
		}
		pin_count = i + 1;
		err = fake_pin_add(i);
		if (err)
			goto fail;
	}

	err = dpll_pin_ref_sync_pair_add(pins[GNSS].pin, pins[SMA1].pin);
	if (err)
		goto fail;

	if (netdev) {
		port0_netdev = dev_get_by_name(&init_net, netdev);
		if (!port0_netdev) {
			err = -ENODEV;
			goto fail;
		}
		dpll_netdev_pin_set(port0_netdev, pins[PORT0].pin);
	}
	return 0;

fail:
	dpll_fake_remove_all();
	return err;
}

static void __exit dpll_fake_exit(void)
{
	dpll_fake_remove_all();
}

module_init(dpll_fake_init);
module_exit(dpll_fake_exit);
MODULE_DESCRIPTION("made-up DPLL devices and pins, for tests");
MODULE_LICENSE("Dual MIT/GPL");
