using System.Buffers.Binary;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// Services that this driver asks for (CIP volume 1, appendix A; 1756-PM020; Execute PCCC of 1756-PM020, appendix on PCCC).
/// </summary>
internal static class CipService
{
    public const byte GetAttributesAll = 0x01;
    public const byte GetAttributeList = 0x03;
    public const byte MultipleServicePacket = 0x0A;
    public const byte ExecutePccc = 0x4B;
    public const byte ReadTag = 0x4C;
    public const byte WriteTag = 0x4D;
    public const byte ReadModifyWrite = 0x4E;
    public const byte ReadTagFragmented = 0x52;
    public const byte WriteTagFragmented = 0x53;
    public const byte GetInstanceAttributeList = 0x55;

    // The Connection Manager has codes of its own (CIP volume 1, table 3-5.8).
    public const byte ForwardClose = 0x4E;
    public const byte UnconnectedSend = 0x52;
    public const byte ForwardOpen = 0x54;
    public const byte LargeForwardOpen = 0x5B;
}

/// <summary>
/// Message router requests: service, number of words of the path, path, data.
/// <code>
/// Read Tag              4C path elements(2)
/// Read Tag Fragmented   52 path elements(2) offset(4)
/// Write Tag             4D path type(2) [handle(2)] elements(2) bytes
/// Write Tag Fragmented  53 path type(2) [handle(2)] elements(2) offset(4) bytes
/// Read-Modify-Write     4E path size(2) or-masks and-masks
/// </code>
/// The layouts are those of 1756-PM020, "Services supported by Logix 5000 controllers". Each method returns the bytes that it wrote.
/// </summary>
internal static class CipRequest
{
    /// <summary>Writes service and path.</summary>
    public static int Write(Span<byte> into, byte service, ReadOnlySpan<byte> path)
    {
        into[0] = service;
        into[1] = (byte)(path.Length / 2);
        path.CopyTo(into[2..]);
        return 2 + path.Length;
    }

    /// <summary>A request without data, or with these.</summary>
    public static byte[] Create(byte service, ReadOnlySpan<byte> path, ReadOnlySpan<byte> data)
    {
        var request = new byte[2 + path.Length + data.Length];
        data.CopyTo(request.AsSpan(Write(request, service, path)));
        return request;
    }

    public static byte[] ReadTag(ReadOnlySpan<byte> path, int elements)
    {
        Span<byte> data = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(data, (ushort)elements);
        return Create(CipService.ReadTag, path, data);
    }

    public static byte[] ReadTagFragmented(ReadOnlySpan<byte> path, int elements, int offset)
    {
        Span<byte> data = stackalloc byte[6];
        BinaryPrimitives.WriteUInt16LittleEndian(data, (ushort)elements);
        BinaryPrimitives.WriteUInt32LittleEndian(data[2..], (uint)offset);
        return Create(CipService.ReadTagFragmented, path, data);
    }

    public static byte[] WriteTag(ReadOnlySpan<byte> path, EtherNetIpType type, ushort handle, int elements, ReadOnlySpan<byte> bytes) =>
        WriteTag(CipService.WriteTag, path, type, handle, elements, -1, bytes);

    public static byte[] WriteTagFragmented(
        ReadOnlySpan<byte> path, EtherNetIpType type, ushort handle, int elements, int offset, ReadOnlySpan<byte> bytes) =>
        WriteTag(CipService.WriteTagFragmented, path, type, handle, elements, offset, bytes);

    /// <summary>
    /// Sets and clears bits of one value: first those of <paramref name="or"/> are set, then those not in <paramref name="and"/> cleared.
    /// </summary>
    public static byte[] ReadModifyWrite(ReadOnlySpan<byte> path, ReadOnlySpan<byte> or, ReadOnlySpan<byte> and)
    {
        var data = new byte[2 + (2 * or.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(data, (ushort)or.Length);
        or.CopyTo(data.AsSpan(2));
        and.CopyTo(data.AsSpan(2 + or.Length));
        return Create(CipService.ReadModifyWrite, path, data);
    }

    private static byte[] WriteTag(
        byte service, ReadOnlySpan<byte> path, EtherNetIpType type, ushort handle, int elements, int offset, ReadOnlySpan<byte> bytes)
    {
        var data = new byte[2 + (type == EtherNetIpType.Structure ? 2 : 0) + 2 + (offset < 0 ? 0 : 4) + bytes.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(data, (ushort)type);
        var at = 2;
        if (type == EtherNetIpType.Structure)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(at), handle);
            at += 2;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(at), (ushort)elements);
        if (offset >= 0) BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(at + 2), (uint)offset);
        bytes.CopyTo(data.AsSpan(data.Length - bytes.Length));
        return Create(service, path, data);
    }
}
