using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>One kind of bad input: what a device sends instead of the right reply.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Bytes">Computes the bytes; empty for silence.</param>
internal sealed record BadReply(string Name, Func<DeviceRequest, byte[]> Bytes)
{
    /// <summary>True if the request ends with it; false if the driver waits on until the timeout.</summary>
    public bool IsReply { get; init; } = true;

    /// <summary>True if the bytes leave the connection in a state from which the driver can go on.</summary>
    public bool IsKept { get; init; } = true;

    /// <summary>True if the bytes are a frame that the driver receives and does not use.</summary>
    public bool IsFrame { get; init; }

    /// <summary>True if the bytes are a part of a reply, to which replies to other requests in flight can be glued.</summary>
    public bool IsPart { get; init; }

    /// <summary>True if the id may be that of another request in flight, which no driver can tell from its own: pipeline = 1.</summary>
    public bool IsOfAnotherRequest { get; init; }

    /// <summary>True if the right reply is among the bytes.</summary>
    public bool IsGood { get; init; }

    /// <summary>True if the case is one for the reply to a write too.</summary>
    public bool IsOfWrites { get; init; }

    /// <summary>Sends it.</summary>
    public void Send(DeviceRequest request, PeerLine line)
    {
        if (Bytes(request) is { Length: > 0 } bytes) line.Send(bytes);
    }

    /// <summary>All cases.</summary>
    public static IEnumerable<BadReply> All() =>
    [
        .. Lengths(), .. Headers(), .. Functions(), .. ByteCounts(), .. Silences(),
        new("echo of the request", request => request.Frame(Convert.FromHexString(request.Pdu.Replace(" ", "", StringComparison.Ordinal)))),
        new("twice", request => [.. request.Good(), .. request.Good()]) { IsGood = true, IsOfWrites = true },
        new("three times", request => [.. request.Good(), .. request.Good(), .. request.Good()]) { IsGood = true, IsOfWrites = true },
        new("behind a foreign one", request => [.. (request with { Id = (ushort)(request.Id ^ 0x4000) }).Good(), .. request.Good()])
            { IsGood = true, IsOfWrites = true },
        new("zeros", _ => new byte[30]) { IsReply = false, IsKept = false },
        new("ones", _ => [.. Enumerable.Repeat((byte)0xFF, 30)]) { IsKept = false },
        new("text", _ => "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()) { IsKept = false },
    ];

    private static IEnumerable<BadReply> Lengths() => new[] { 0, 1, 2, 3, 4, 6, 7, 50, 254, 255, 256, 65535 }
        .Select(length => new BadReply($"header length {length}", request =>
        {
            var reply = request.Good();
            (reply[4], reply[5]) = ((byte)(length >> 8), (byte)length);
            return reply;
        })
        { IsGood = true });

    private static IEnumerable<BadReply> Headers() =>
    [
        new("id after", request => (request with { Id = (ushort)(request.Id + 1) }).Good())
            { IsReply = false, IsFrame = true, IsOfAnotherRequest = true, IsOfWrites = true },
        new("id before", request => (request with { Id = (ushort)(request.Id - 1) }).Good())
            { IsReply = false, IsFrame = true, IsOfAnotherRequest = true, IsOfWrites = true },
        new("id far away", request => (request with { Id = (ushort)(request.Id ^ 0x8000) }).Good())
            { IsReply = false, IsFrame = true, IsOfWrites = true },
        new("id 0", request => (request with { Id = 0 }).Good()) { IsReply = false, IsFrame = true, IsOfWrites = true },
        .. new byte[] { 0, 2, 3, 247, 255 }.Select(
            unit => new BadReply($"unit {unit}", request => (request with { Unit = unit }).Good()) { IsOfWrites = true }),
        .. new byte[] { 1, 0xFF }.Select(protocol => new BadReply($"protocol {protocol}", request =>
        {
            var reply = request.Good();
            reply[3] = protocol;
            return reply;
        })
        { IsOfWrites = true }),
    ];

    private static IEnumerable<BadReply> Functions()
    {
        byte[] functions = [0, 1, 2, 4, 5, 7, 15, 16, 17, 22, 23, 43, 0x80, 0x81, 0x84, 0xAB, 0xFF];
        return functions.Select(function => new BadReply($"function {function}", request =>
        {
            var reply = request.Good();
            reply[7] = function;
            return reply;
        })
        { IsOfWrites = true });
    }

    private static IEnumerable<BadReply> ByteCounts() =>
    [
        .. new byte[] { 0, 1, 3, 4, 6, 255 }.Select(count => new BadReply($"byte count {count}", request =>
        {
            var reply = request.Good();
            reply[8] = count;
            return reply;
        })),
        .. new[] { "03", "03 02", "03 02 00", "03 02 00 64 00", "03 04 00 64 00 65", "83", "83 00", "03 00" }.Select(pdu =>
            new BadReply($"pdu {pdu}", request => request.Frame(Convert.FromHexString(pdu.Replace(" ", "", StringComparison.Ordinal))))),
    ];

    // A reply of 11 bytes that ends after so many of them.
    private static IEnumerable<BadReply> Silences() => Enumerable.Range(0, 11).Select(bytes =>
        new BadReply($"silence after {bytes} bytes", request => request.Good()[..bytes])
        { IsReply = false, IsPart = bytes > 0, IsOfWrites = true });
}
