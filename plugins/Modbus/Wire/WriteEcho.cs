namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// The reply to every write repeats the request's first four bytes after the function code: address, and value or quantity.
/// </summary>
internal static class WriteEcho
{
    private const int Echoed = 4;

    /// <summary>Null when the reply repeats <paramref name="request"/>, the frame that was sent.</summary>
    public static ReplyFault? Check(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> request, FunctionCode function)
    {
        if (Reply.Check(frame, Mbap.Unit(request), function, out var data) is { } fault) return fault;
        if (data.Length != Echoed) return ReplyFault.OtherLength;
        return data.SequenceEqual(request.Slice(Mbap.Size + 1, Echoed)) ? null : ReplyFault.OtherEcho;
    }
}
