using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes the connection request and checks the confirm or refusal of ISO 8073 class 0 (clauses 13.3 to 13.5) in a packet. Pure.
/// <code>
/// request  length  E0  destination 2 (0)  source 2  class 1 (0)  parameters
/// confirm  length  D0  destination 2      source 2  class 1 (0)  parameters
/// refusal  length  80  destination 2      source 2  reason 1
/// parameters: C0 1 TPDU size as a power of 2;  C1 2 calling TSAP;  C2 2 called TSAP
/// </code>
/// </summary>
internal static class CotpConnect
{
    public const int RequestBytes = 22;

    private const byte Request = 0xE0;
    private const byte Confirm = 0xD0;
    private const byte Refusal = 0x80;
    private const byte SizeOf1024 = 10;
    private const int MinConfirmHeader = 6;

    /// <summary>Writes the request with the TSAPs of both ends.</summary>
    public static void Write(Span<byte> packet, ushort local, ushort remote)
    {
        Tpkt.Write(packet, RequestBytes);
        ReadOnlySpan<byte> rest =
            [17, Request, 0, 0, 0, 1, 0, 0xC0, 1, SizeOf1024,
                0xC1, 2, (byte)(local >> 8), (byte)local, 0xC2, 2, (byte)(remote >> 8), (byte)remote];
        rest.CopyTo(packet[Tpkt.Size..]);
    }

    /// <summary>Checks the reply to the request; returns if it is a confirm.</summary>
    /// <exception cref="LinkException">The device refuses the connection, or its reply is not a connection confirm.</exception>
    public static void Check(ReadOnlySpan<byte> packet)
    {
        var tpdu = packet[Tpkt.Size..];
        if (IsRefusal(tpdu)) throw new LinkException($"the device refuses the connection: {Reason(tpdu)}; check rack, slot or TSAPs");
        var isConfirm = tpdu.Length > MinConfirmHeader && tpdu[0] == tpdu.Length - 1 && tpdu[1] >> 4 == Confirm >> 4 && tpdu[6] >> 4 == 0;
        if (!isConfirm) throw new FrameException("the answer to the connection request is no connection confirm", packet);
    }

    /// <summary>True if a TPDU refuses or ends the connection.</summary>
    public static bool IsRefusal(ReadOnlySpan<byte> tpdu) => tpdu.Length >= 2 && tpdu[1] == Refusal;

    /// <summary>Returns the text of the reason code of a refusal (clause 13.5.3).</summary>
    public static string Reason(ReadOnlySpan<byte> tpdu) => (tpdu.Length > 6 ? tpdu[6] : (byte)0) switch
    {
        0 => "no reason given",
        1 => "congestion at the TSAP: no free connection",
        2 => "nobody is attached to the TSAP",
        3 => "address unknown: there is no such TSAP",
        128 => "normal disconnect",
        129 => "remote transport entity congestion",
        130 => "connection negotiation failed",
        133 => "protocol error",
        136 => "connection request refused on this network connection",
        var other => $"reason {other}",
    };
}
