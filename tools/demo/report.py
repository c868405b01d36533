# SPDX-License-Identifier: GPL-2.0
"""The demo's results for people: table on the terminal, HTML page, SVG chart, JSON."""
import html
import json

MODES = ("none", "software", "hardware")
TITLES = {
    "none": "no flowtable",
    "software": "software flowtable",
    "hardware": "hardware (flags offload)",
}
ROWS = (
    ("tcp_mbit_s", "TCP lan to wan, Mbit/s", "{:,.0f}"),
    ("tcp_reverse_mbit_s", "TCP wan to lan, Mbit/s", "{:,.0f}"),
    ("udp64_pps", "UDP, 64-octet frames/s", "{:,.0f}"),
    ("rtt_us_p50", "UDP round trip, p50 us", "{:,.0f}"),
    ("rtt_us_p99", "UDP round trip, p99 us", "{:,.0f}"),
    ("guest_cpu_busy", "switch CPU busy", "{:.1%}"),
)


def table(modes):
    """Text table of `modes` (as in report.json), with hardware against software."""
    head = f"{'':26}" + "".join(f"{m:>16}" for m in ("no flowtable", *MODES[1:])) + f"{'hw / sw':>10}"
    lines = [head, "-" * len(head)]
    for key, title, fmt in ROWS:
        cells = "".join(f"{fmt.format(modes[m][key]):>16}" for m in MODES)
        soft = modes["software"][key]
        ratio = f"{modes['hardware'][key] / soft:.2f}x" if soft else "-"
        lines.append(f"{title:26}{cells}{ratio:>10}")
    return "\n".join(lines)


def chart(path, modes):
    """Bar chart of rate, throughput and CPU load."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    colors = ("#9aa5b1", "#5b8db8", "#d9822b")
    picks = [r for r in ROWS if r[0] in ("udp64_pps", "tcp_mbit_s", "guest_cpu_busy")]
    fig, axes = pyplot.subplots(1, len(picks), figsize=(10, 3.4))
    for ax, (key, title, fmt) in zip(axes, picks):
        values = [modes[m][key] for m in MODES]
        bars = ax.bar(("none", "software", "hardware"), values, color=colors)
        ax.bar_label(bars, labels=[fmt.format(v) for v in values], fontsize=8)
        ax.set_title(title, fontsize=9)
        ax.spines[["top", "right"]].set_visible(False)
        ax.margins(y=0.15)
        ax.tick_params(labelsize=8)
    fig.tight_layout()
    fig.savefig(path)
    pyplot.close(fig)


def page(path, report, text, chart_name):
    """One self-contained page that links the chart."""
    proof = report["proof"]
    rows = "".join(
        f"<tr><th>{html.escape(k)}</th><td>{html.escape(str(v))}</td></tr>"
        for k, v in proof.items()
        if not isinstance(v, list)
    )
    entries = "\n".join(proof["entries_driver"])
    verdict = "proved" if not report["failures"] else "NOT proved: " + "; ".join(report["failures"])
    path.write_text(
        "<!doctype html><meta charset=utf-8><title>nftsw demo</title>"
        "<style>body{font:15px/1.5 sans-serif;max-width:66em;margin:2em auto;padding:0 1em}"
        "pre{background:#f4f5f7;padding:1em;overflow:auto}th{text-align:left;padding-right:2em}"
        "</style><h1>nftsw: a NAT'ed connection, forwarded by the chip</h1>"
        f"<p>Hardware forwarding {html.escape(verdict)}.</p>"
        f"<img src='{html.escape(chart_name)}' alt='the three modes side by side'>"
        f"<pre>{html.escape(text)}</pre><h2>Proof</h2><table>{rows}</table>"
        f"<h2>The chip's entries, as the driver lists them</h2><pre>{html.escape(entries)}</pre>"
        f"<h2>Where it ran</h2><pre>{html.escape(json.dumps(report['machine'], indent=1))}</pre>\n"
    )
