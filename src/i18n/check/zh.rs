//! 简体中文.

use super::{CheckWords, StepWords};

/// 简体中文.
pub const WORDS: CheckWords = CheckWords {
    heading: "检测你的网络连接",
    lead: "看看从这里能否正常通话，不行的话该怎么办。",
    permission: "浏览器会请求使用摄像头和麦克风。画面和声音不会离开这台设备。",
    start: "开始检测",
    again: "重新检测",
    list: "检测项目",
    level: "麦克风音量",
    hear: "听到了",
    hear_nothing: "没有声音",
    play_again: "再放一次",
    under_way: "正在检测，大约需要半分钟。",
    copy_report: "复制报告",
    copied: "报告已复制",
    copy_by_hand: "浏览器不允许自动复制。请手动复制报告。",
    report: "给管理员的报告",
    report_hint: "供本服务器的管理员查看。其中没有姓名，也没有地址。",

    waiting: "等待中",
    running: "进行中",
    ok: "正常",
    failed: "失败",
    skipped: "已跳过",

    steps: [
        StepWords {
            name: "安全页面", what: "浏览器只允许安全页面使用摄像头和麦克风。", works: "此页面是安全的。"
        },
        StepWords {
            name: "浏览器", what: "不是每个浏览器都支持通话。", works: "这个浏览器支持通话。"
        },
        StepWords { name: "摄像头", what: "你应该能看到自己。", works: "摄像头正常。" },
        StepWords { name: "麦克风", what: "说话时音量条应该会动。", works: "麦克风能听到你。" },
        StepWords { name: "扬声器", what: "你应该会听到提示音。", works: "你能听到大家。" },
        StepWords {
            name: "服务器", what: "通话需要随时能连上服务器（WebSocket）。", works: "服务器有应答。"
        },
        StepWords {
            name: "UDP", what: "画面和声音最适合用 UDP 传输。", works: "你的网络允许 UDP。"
        },
        StepWords {
            name: "路由器", what: "有些路由器会妨碍直接连接。", works: "你的路由器便于直接连接。"
        },
        StepWords { name: "UDP 中继", what: "无法直接连接时，由中继帮忙。", works: "中继正常。" },
        StepWords { name: "TCP 中继", what: "供禁止 UDP 的网络使用。", works: "中继正常。" },
        StepWords { name: "TLS 中继", what: "供只允许浏览网页的网络使用。", works: "中继正常。" },
        StepWords {
            name: "IPv6", what: "通话不需要它，但有它会更好。", works: "你的网络支持 IPv6。"
        },
    ],
    speak: "请说句话：音量条应该会动。",
    do_you_hear: "你听到提示音了吗？",
    answers: "服务器在 {} 毫秒内应答。",
    relayed: "正常：往返 {} 毫秒，{}% 的数据送达。",
    no_translation: "你和服务器之间没有路由器转换地址，便于直接连接。防火墙仍可能阻拦，这要到通话时才知道。",
    same_mapping: "你的路由器对所有目标使用同一个端口，多数情况下可以直接连接。它允许谁连进来，要到通话时才知道。",
    other_mapping: "你的路由器对每个目标使用不同的端口，有些通话要经过中继。它允许谁连进来，要到通话时才知道。",

    insecure: "此页面不安全，无法使用摄像头和麦克风。请用 https 打开，或在本机使用 localhost。",
    no_webrtc: "这个浏览器不支持通话，或通话功能被关闭了。请用 Chrome、Edge、Firefox 或 Safari。",
    camera_missing: "没有找到摄像头。请接上后重新检测，或不开摄像头加入。",
    microphone_missing: "没有找到麦克风。请接上后重新检测。",
    camera_blocked: "浏览器禁止了摄像头。请在地址栏左侧允许使用，然后重新检测。",
    microphone_blocked: "浏览器禁止了麦克风。请在地址栏左侧允许使用，然后重新检测。",
    camera_busy: "其他应用正在使用摄像头。请关闭它后重新检测。",
    microphone_busy: "其他应用正在使用麦克风。请关闭它后重新检测。",
    microphone_silent: "麦克风没有声音。请看看它是否被静音，或系统是否选了别的麦克风。",
    nothing_heard: "你没有听到声音。请调大音量，并看看系统选了哪个扬声器。",
    socket_silent: "无法以通话所需的方式连上服务器。你的网络可能阻止了 WebSocket。",
    stun_silent: "UDP 没有应答。你的网络很可能禁止了它。",
    relay_silent: "这样连不上中继。途中有东西阻止了它。",
    refused: "中继拒绝了请求（{}）。请两分钟后重新检测，如果仍然如此，请告诉管理员。",
    too_often: "你的网络检测次数太多了。请一分钟后重新检测。",
    lossy: "只有 {}% 的数据送达。这样画面和声音会断断续续。",

    skipped_insecure: "页面不安全，无法检测。",
    skipped_no_webrtc: "这个浏览器无法检测。",
    skipped_no_server: "连不上服务器，无法检测。",
    skipped_not_served: "本服务器不提供这项功能。",
    skipped_unknown: "信息不足，无法判断。",
    skipped_no_ipv6: "你的网络没有 IPv6，或没有显示出来。通话不需要它。",

    verdict_insecure: "通话需要安全页面。请用 https 打开这个地址，或向管理员索取安全的地址。",
    verdict_no_webrtc: "这个浏览器无法通话。请用 Chrome、Edge、Firefox 或 Safari 打开此页。",
    verdict_server_away: "无法以通话所需的方式连上服务器。请过一分钟再试，换个网络，并把报告发给管理员。",
    verdict_direct: "从这里可以正常通话。什么都不用做。",
    verdict_often_relayed: "从这里可以正常通话。你的路由器妨碍直接连接，有些通话会经过中继。",
    verdict_over_tcp: "可以通话，但你的网络禁止 UDP，只能经 TCP 中继，可能会卡顿。换个网络，或在这个网络中允许 UDP，效果会更好。",
    verdict_over_tls: "可以通话，但你的网络只允许网页流量，只能经 TLS 中继，可能会卡顿。换个网络效果会更好。",
    verdict_relay_lacks_udp: "可以通话，但中继的 UDP 没有应答。请把报告发给管理员。",
    verdict_relay_fails: "从这里用不了中继，只能和网络允许直接连接的人通话。请把报告发给管理员。",
    verdict_no_relay: "本服务器没有中继，只能和网络允许直接连接的人通话。如果通话失败，请换个网络或告诉管理员。",
    verdict_other_relay: "通话使用其他服务器上的中继，这里无法检测。如果通话失败，请把报告发给管理员。",
    verdict_no_way: "从这里无法通话：你的网络阻止了通往中继的所有途径。请换个网络，或把报告发给这个网络的管理员。",

    note_camera: "摄像头恢复之前，大家看不到你。",
    note_microphone: "麦克风恢复之前，大家听不到你。",
    note_speaker: "扬声器恢复之前，你听不到大家。",
    note_address: "中继不知道自己的公网地址，可能只在它自己的网络内有用。请告诉管理员（--turn-external-ip）。",
};
