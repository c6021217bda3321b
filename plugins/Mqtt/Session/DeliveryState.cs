using System.Runtime.InteropServices;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>Delivery state of one outgoing message (MQTT 5.0, section 4.3).</summary>
internal enum DeliveryState : byte
{
    /// <summary>The message has not been sent on this session.</summary>
    NotSent,

    /// <summary>The message was unacknowledged when the connection ended; it is sent again with the same packet id.</summary>
    ToResend,

    /// <summary>The message is sent; PUBACK or PUBREC is outstanding.</summary>
    Sent,

    /// <summary>QoS 2: the broker sent PUBREC; PUBREL has not been sent.</summary>
    Received,

    /// <summary>QoS 2: PUBREL is sent; PUBCOMP is outstanding.</summary>
    Released,

    /// <summary>The message is delivered or permanently refused.</summary>
    Done,

    /// <summary>The broker refused the message with a reason that allows a retry.</summary>
    RefusedForNow,
}

/// <summary>A message that the broker refused, and why. Immutable.</summary>
/// <param name="Record">Index of its record in the batch.</param>
/// <param name="Reason">Reason code of the refusal.</param>
/// <param name="ReasonString">Reason text of the broker; usually empty.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RefusedMessage(int Record, ReasonCode Reason, string ReasonString)
{
    public override string ToString() => ReasonString.Length == 0 ? Reason.ToString() : $"{Reason}: {ReasonString}";
}
