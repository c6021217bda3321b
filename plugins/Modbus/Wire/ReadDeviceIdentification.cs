using System.Text;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Writes the requests and parses the replies of Read Device Identification (function 43, MEI type 14; Application Protocol V1.1b3, clause
/// 6.21). Pure.
/// <code>
/// request  2B 0E  code 1 (01 basic, 02 regular)  first object 1
/// reply    2B 0E  code 1  conformity 1  more follows 1 (00 or FF)  next object 1  number of objects 1
///          then for each object:  id 1  length 1  text
/// </code>
/// </summary>
internal static class ReadDeviceIdentification
{
    /// <summary>Bytes of a request's PDU.</summary>
    public const int RequestBytes = 4;

    public const byte Basic = 1;
    public const byte Regular = 2;

    private const byte FirstRegularObject = 3;
    private const byte MeiType = 0x0E;
    private const int HeadBytes = 7;
    private const int MaxPdu = 253;
    private const int ObjectHeadBytes = 2;
    private const byte MoreFollows = 0xFF;

    private static readonly string[] Names = ["vendor", "product", "revision", "vendor_url", "product_name", "model", "application"];

    /// <summary>Writes a request frame and returns its length.</summary>
    public static int Write(Span<byte> frame, byte unit, byte code, byte firstObject, ModbusFrame format)
    {
        var pdu = frame[format.HeadBytes..];
        (pdu[0], pdu[1], pdu[2], pdu[3]) = ((byte)FunctionCode.EncapsulatedInterface, MeiType, code, firstObject);
        return format.Finish(frame, unit, RequestBytes);
    }

    /// <summary>Returns the length of the reply PDU that begins here, 0 if more bytes are needed to know it, or -1 if it is none.</summary>
    public static int ReplyLength(ReadOnlySpan<byte> pdu)
    {
        if (pdu.Length >= 2 && pdu[1] != MeiType) return -1;
        if (pdu.Length < HeadBytes) return 0;
        var length = HeadBytes;
        for (var i = 0; i < pdu[HeadBytes - 1]; i++)
        {
            if (length > MaxPdu - ObjectHeadBytes) return -1;
            if (pdu.Length < length + ObjectHeadBytes) return 0;
            length += ObjectHeadBytes + pdu[length + 1];
        }

        return length <= MaxPdu ? length : -1;
    }

    /// <summary>Parses a reply frame and adds the texts of the standard objects.</summary>
    /// <returns>The rest of the identification: the next request's code and object, code 0 if there is none; null for a refusal.</returns>
    public static (byte Code, byte Object)? ParseReply(
        ReadOnlySpan<byte> frame, byte unit, byte code, ModbusDialect dialect, Dictionary<string, string> texts)
    {
        if (ReplyPdu.Check(frame, unit, FunctionCode.EncapsulatedInterface, dialect, out _) is not null) return null;
        var pdu = dialect.Frame.Pdu(frame);
        if (ReplyLength(pdu) != pdu.Length) return null;
        var at = HeadBytes;
        for (var i = 0; i < pdu[HeadBytes - 1]; i++)
        {
            var (id, length) = (pdu[at], pdu[at + 1]);
            var text = Encoding.Latin1.GetString(pdu.Slice(at + ObjectHeadBytes, length)).Trim('\0', ' ');
            if (id < Names.Length && text.Length > 0) texts[Names[id]] = text;
            at += ObjectHeadBytes + length;
        }

        if (pdu[4] == MoreFollows) return (code, pdu[5]);
        var hasRegular = code == Basic && (pdu[3] & 0x7F) >= Regular;
        return hasRegular ? (Regular, FirstRegularObject) : default;
    }
}
