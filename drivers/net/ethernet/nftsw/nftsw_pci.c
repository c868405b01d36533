// SPDX-License-Identifier: GPL-2.0
/*
 * PCI carrier: finds the chip on PCI Express and gives nftsw_core.c a bus.  Floor 10,
 * and the only user of <linux/pci.h>.
 *
 * When the device is gone (surprise removal, channel failure) the pointer to its
 * registers is taken away; reads give all-ones then, and writes go nowhere.
 *
 * Locking: the PCI core's device lock; resets take the devlink lock inside.
 */
#include <linux/bitfield.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pci.h>
#include "nftsw.h"

/**
 * struct nftsw_pci - one PCI function
 * @bus: how the driver sees it
 * @pdev: PCI device
 * @bar: the registers, whether reachable or not
 * @ns: chip
 * @irq_names: names of the requested interrupts
 */
struct nftsw_pci {
	struct nftsw_bus bus;
	struct pci_dev *pdev;
	void __iomem *bar;
	struct nftsw *ns;
	char irq_names[NFTSW_MAX_VECTORS][40];
};

static u32 nftsw_pci_gone_rd32(struct nftsw_bus *bus, u32 off)
{
	return NFTSW_GONE;
}

static void nftsw_pci_gone_wr32(struct nftsw_bus *bus, u32 off, u32 val)
{
}

static int nftsw_pci_irq_request(struct nftsw_bus *bus, u32 vec, irq_handler_t fn,
				 const char *name, void *data)
{
	struct nftsw_pci *np = bus->priv;

	snprintf(np->irq_names[vec], sizeof(np->irq_names[vec]), "nftsw-%s-%u@%s", name,
		 vec, pci_name(np->pdev));
	return request_irq(pci_irq_vector(np->pdev, vec), fn, 0, np->irq_names[vec], data);
}

static void nftsw_pci_irq_free(struct nftsw_bus *bus, u32 vec, void *data)
{
	struct nftsw_pci *np = bus->priv;

	free_irq(pci_irq_vector(np->pdev, vec), data);
}

static void nftsw_pci_dma_set(struct nftsw_bus *bus, bool on)
{
	struct nftsw_pci *np = bus->priv;

	if (on)
		pci_set_master(np->pdev);
	else
		pci_clear_master(np->pdev);
}

static const struct nftsw_bus_ops nftsw_pci_bus_ops = {
	.rd32 = nftsw_pci_gone_rd32,
	.wr32 = nftsw_pci_gone_wr32,
	.irq_request = nftsw_pci_irq_request,
	.irq_free = nftsw_pci_irq_free,
	.dma_set = nftsw_pci_dma_set,
};

static void nftsw_pci_bar_set(struct nftsw_pci *np, bool reachable)
{
	WRITE_ONCE(np->bus.bar, reachable ? np->bar : NULL);
}

static int nftsw_pci_map(struct nftsw_pci *np)
{
	struct pci_dev *pdev = np->pdev;
	int err;

	err = pci_enable_device_mem(pdev);
	if (err)
		return err;
	/*
	 * A kernel that crashed has left the chip running, with rings in memory that
	 * is used for other things now.  Its reset switches DMA on.
	 */
	pci_clear_master(pdev);
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		goto err_dma_mask;
	err = pci_request_mem_regions(pdev, NFTSW_DRV_NAME);
	if (err)
		goto err_request_regions;
	err = -ENODEV;
	if (pci_resource_len(pdev, NFTSW_PCI_BAR_REGS) < NFTSW_BAR0_SIZE)
		goto err_iomap;
	err = -ENOMEM;
	np->bar = pci_iomap(pdev, NFTSW_PCI_BAR_REGS, NFTSW_BAR0_SIZE);
	if (!np->bar)
		goto err_iomap;
	return 0;

err_iomap:
	pci_release_mem_regions(pdev);
err_request_regions:
err_dma_mask:
	pci_disable_device(pdev);
	return err;
}

static void nftsw_pci_unmap(struct nftsw_pci *np)
{
	pci_clear_master(np->pdev);
	pci_iounmap(np->pdev, np->bar);
	pci_release_mem_regions(np->pdev);
	/* an error from which the bus did not recover has done it */
	if (pci_is_enabled(np->pdev))
		pci_disable_device(np->pdev);
}

static int nftsw_pci_bus_init(struct nftsw_pci *np)
{
	int vecs;

	vecs = pci_alloc_irq_vectors(np->pdev, NFTSW_VEC_QUEUE(1), NFTSW_MAX_VECTORS,
				     PCI_IRQ_MSIX);
	if (vecs < 0)
		return dev_err_probe(&np->pdev->dev, vecs, "no interrupt vectors\n");
	np->bus.dev = &np->pdev->dev;
	np->bus.ops = &nftsw_pci_bus_ops;
	np->bus.priv = np;
	np->bus.vec_count = vecs;
	np->bus.name = pci_name(np->pdev);
	nftsw_pci_bar_set(np, true);
	return 0;
}

static int nftsw_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct nftsw_pci *np;
	int err;

	np = devm_kzalloc(&pdev->dev, sizeof(*np), GFP_KERNEL);
	if (!np)
		return -ENOMEM;
	np->pdev = pdev;
	err = nftsw_pci_map(np);
	if (err)
		return err;
	err = nftsw_pci_bus_init(np);
	if (err)
		goto err_bus_init;
	np->ns = nftsw_core_probe(&np->bus);
	if (IS_ERR(np->ns)) {
		err = PTR_ERR(np->ns);
		goto err_core_probe;
	}
	pci_set_drvdata(pdev, np);
	pci_save_state(pdev);
	return 0;

err_core_probe:
	pci_free_irq_vectors(pdev);
err_bus_init:
	nftsw_pci_unmap(np);
	return err;
}

static void nftsw_pci_remove(struct pci_dev *pdev)
{
	struct nftsw_pci *np = pci_get_drvdata(pdev);

	if (!pci_device_is_present(pdev))
		nftsw_pci_bar_set(np, false);
	nftsw_core_remove(np->ns);
	pci_free_irq_vectors(pdev);
	nftsw_pci_unmap(np);
}

static void nftsw_pci_shutdown(struct pci_dev *pdev)
{
	struct nftsw_pci *np = pci_get_drvdata(pdev);

	nftsw_core_shutdown(np->ns);
	pci_clear_master(pdev);
}

static void nftsw_pci_down(struct nftsw_pci *np)
{
	/* Recovery must not start the chip again while the bus has it. */
	nftsw_health_stop(np->ns);
	devl_lock(np->ns->devlink);
	nftsw_core_down(np->ns);
	devl_unlock(np->ns->devlink);
}

static int nftsw_pci_up(struct nftsw_pci *np)
{
	int err;

	devl_lock(np->ns->devlink);
	err = nftsw_core_up(np->ns);
	devl_unlock(np->ns->devlink);
	nftsw_health_start(np->ns);
	return err;
}

static int nftsw_pci_suspend(struct device *dev)
{
	nftsw_pci_down(dev_get_drvdata(dev));
	return 0;
}

static int nftsw_pci_resume(struct device *dev)
{
	return nftsw_pci_up(dev_get_drvdata(dev));
}

static DEFINE_SIMPLE_DEV_PM_OPS(nftsw_pci_pm_ops, nftsw_pci_suspend, nftsw_pci_resume);

static void nftsw_pci_reset_prepare(struct pci_dev *pdev)
{
	nftsw_pci_down(pci_get_drvdata(pdev));
}

static void nftsw_pci_reset_done(struct pci_dev *pdev)
{
	/* When it does not come back, "devlink dev reload" may try once more. */
	nftsw_pci_up(pci_get_drvdata(pdev));
}

static pci_ers_result_t nftsw_pci_error_detected(struct pci_dev *pdev,
						 pci_channel_state_t state)
{
	struct nftsw_pci *np = pci_get_drvdata(pdev);

	nftsw_pci_bar_set(np, false);
	nftsw_pci_down(np);
	if (state == pci_channel_io_perm_failure)
		return PCI_ERS_RESULT_DISCONNECT;
	pci_disable_device(pdev);
	return PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t nftsw_pci_slot_reset(struct pci_dev *pdev)
{
	struct nftsw_pci *np = pci_get_drvdata(pdev);

	if (pci_enable_device_mem(pdev))
		return PCI_ERS_RESULT_DISCONNECT;
	pci_restore_state(pdev);
	/* 6.12 uses the saved copy up; the next recovery needs one again */
	pci_save_state(pdev);
	nftsw_pci_bar_set(np, true);
	return nftsw_bus_gone(&np->bus) ? PCI_ERS_RESULT_DISCONNECT :
					  PCI_ERS_RESULT_RECOVERED;
}

static void nftsw_pci_error_resume(struct pci_dev *pdev)
{
	nftsw_pci_up(pci_get_drvdata(pdev));
}

static const struct pci_error_handlers nftsw_pci_err_handlers = {
	.error_detected = nftsw_pci_error_detected,
	.slot_reset = nftsw_pci_slot_reset,
	.resume = nftsw_pci_error_resume,
	.reset_prepare = nftsw_pci_reset_prepare,
	.reset_done = nftsw_pci_reset_done,
};

static const struct pci_device_id nftsw_pci_ids[] = {
	{ PCI_DEVICE(NFTSW_PCI_VENDOR_ID, NFTSW_PCI_DEVICE_ID) },
	{}
};
MODULE_DEVICE_TABLE(pci, nftsw_pci_ids);

static struct pci_driver nftsw_pci_driver = {
	.name = NFTSW_DRV_NAME,
	.id_table = nftsw_pci_ids,
	.probe = nftsw_pci_probe,
	.remove = nftsw_pci_remove,
	.shutdown = nftsw_pci_shutdown,
	.err_handler = &nftsw_pci_err_handlers,
	.driver.pm = pm_sleep_ptr(&nftsw_pci_pm_ops),
};
module_pci_driver(nftsw_pci_driver);
