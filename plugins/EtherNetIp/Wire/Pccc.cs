using System.Buffers.Binary;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>
/// PCCC commands in CIP messages: Execute PCCC of class 67 (1756-PM020 and 1761-RM, "PCCC over CIP"), whose data is a requester's id and
/// the command of 1770-RM516, chapter 7:
/// <code>
/// 4B 02 20 67 24 01  07 vendor(2) serial(4)  0F 00 transaction(2) function size file type element word [mask(2)] [bytes]
/// </code>
/// Functions: A2 read, AA write, AB write bits by mask, each with three address fields. A number of a field above 254 is FF and 16 bits.
/// The reply's data repeats the id, then has 4F, status, transaction, [extended status], bytes.
/// </summary>
internal static class Pccc
{
    /// <summary>Longest run of bytes in one command that SLC and MicroLogix take.</summary>
    public const int MostBytes = 236;

    private const byte TypedRead = 0xA2;
    private const byte TypedWrite = 0xAA;
    private const byte MaskedWrite = 0xAB;
    private const byte Command = 0x0F;
    private const byte ReplyCommand = 0x4F;
    private const byte ExtendedStatus = 0xF0;
    private const int RequesterBytes = 7;
    private const int StatusOffset = RequesterBytes + 1;
    private const int TransactionOffset = RequesterBytes + 2;
    private const int DataOffset = RequesterBytes + 4;

    public static byte[] CreateRead(ushort transaction, byte type, int file, int element, int word, int bytes) =>
        Create(transaction, TypedRead, type, file, element, word, bytes, []);

    public static byte[] CreateWrite(ushort transaction, byte type, int file, int element, int word, ReadOnlySpan<byte> bytes) =>
        Create(transaction, TypedWrite, type, file, element, word, bytes.Length, bytes);

    /// <summary>Writes the bits of a mask and leaves the others.</summary>
    public static byte[] CreateMaskedWrite(ushort transaction, byte type, int file, int element, int word, ushort mask, ushort value)
    {
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(data, mask);
        BinaryPrimitives.WriteUInt16LittleEndian(data[2..], value);
        return Create(transaction, MaskedWrite, type, file, element, word, 2, data);
    }

    /// <summary>Reads a reply: its bytes, or the fault.</summary>
    public static CipFault? Read(in CipReply reply, ushort transaction, out ReadOnlySpan<byte> bytes)
    {
        bytes = [];
        if (reply.Status != 0) return CipFault.From(reply);
        var data = reply.Data;
        if (data.Length < DataOffset) return CipFault.CutOff;
        if (data[0] != RequesterBytes || data[RequesterBytes] != ReplyCommand
            || BinaryPrimitives.ReadUInt16LittleEndian(data[TransactionOffset..]) != transaction)
        {
            return CipFault.OtherService;
        }

        bytes = data[DataOffset..];
        return data[StatusOffset] switch
        {
            0 => null,
            ExtendedStatus when bytes.IsEmpty => CipFault.CutOff,
            ExtendedStatus => PcccFault.FromExtended(bytes[0]),
            var status => PcccFault.From(status),
        };
    }

    private static byte[] Create(
        ushort transaction, byte function, byte type, int file, int element, int word, int size, ReadOnlySpan<byte> rest)
    {
        List<byte> data = [RequesterBytes];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(number, ConnectionTriad.VendorId);
        data.AddRange(number[..2]);
        BinaryPrimitives.WriteUInt32LittleEndian(number, 1);
        data.AddRange(number);
        data.AddRange([Command, 0, (byte)transaction, (byte)(transaction >> 8), function, (byte)size]);
        AddField(data, file);
        data.Add(type);
        AddField(data, element);
        AddField(data, word);
        data.AddRange(rest);
        return CipRequest.Create(CipService.ExecutePccc, CipPath.Object(CipClass.Pccc, 1), data.ToArray());
    }

    private static void AddField(List<byte> data, int number)
    {
        if (number < 0xFF) data.Add((byte)number);
        else data.AddRange([0xFF, (byte)number, (byte)(number >> 8)]);
    }
}

/// <summary>Statuses of PCCC replies (1770-RM516, chapter 8) in words.</summary>
internal static class PcccFault
{
    private const byte Extended = 0xF0;

    // One object a status: a bad tag is bad at every scan.
    private static readonly CipFault?[] s_statuses = new CipFault?[256];
    private static readonly CipFault?[] s_extended = new CipFault?[256];

    public static CipFault From(byte status) => s_statuses[status] ??= Create(status);

    public static CipFault FromExtended(byte extended) => s_extended[extended] ??= CreateExtended(extended);

    private static CipFault Create(byte status) => new(status, 0, status is 0x50 ? Quality.BadAddress
        : Quality.BadDevice, $"{Describe(status)} (STS {status:X2})");

    private static CipFault CreateExtended(byte extended) => new(Extended, extended,
        extended is 0x01 or 0x02 or 0x03 or 0x06 or 0x07 or 0x09 or 0x0A or 0x0B or 0x10 or 0x11 or 0x13 ? Quality.BadAddress
            : Quality.BadDevice,
        $"{DescribeExtended(extended)} (STS F0, EXT {extended:X2})");

    private static string Describe(byte status) => status switch
    {
        0x01 => "the module has no buffer left",
        0x02 => "the link to the processor gives no acknowledgement",
        0x03 => "duplicate token holder",
        0x04 => "the local port is disconnected",
        0x05 => "the processor did not answer in the module's time",
        0x06 => "duplicate node address",
        0x07 => "the local port is offline",
        0x08 => "hardware fault",
        0x10 => "illegal command or format: the controller does not have this command",
        0x20 => "the processor has a problem and does not communicate",
        0x30 => "the processor is missing, disconnected or shut down",
        0x40 => "the processor could not do it because of a hardware fault",
        0x50 => "no such address, or the memory is protected",
        0x60 => "the function is not allowed: the processor's command protection forbids it",
        0x70 => "the processor is in program mode",
        0x80 => "the compatibility file is missing, or the communication zone is at fault",
        0x90 => "the processor cannot buffer the command",
        0xB0 => "the processor is being programmed",
        _ => "unknown status",
    };

    private static string DescribeExtended(byte extended) => extended switch
    {
        0x01 => "a field has an illegal value",
        0x02 => "the address has fewer parts than this controller wants",
        0x03 => "the address has more parts than this controller has",
        0x06 => "no such file or element: compare the data files in the program",
        0x07 => "the file has another size",
        0x08 => "the command cannot be completed: the file changed meanwhile",
        0x09 => "the data is too large",
        0x0A => "the data goes beyond the end of the file",
        0x0B or 0x10 => "access denied: the file is protected",
        0x0E => "the command cannot be executed",
        0x11 => "the data type does not fit the file",
        0x12 => "invalid parameter",
        0x13 => "the address is in a deleted area",
        0x1A => "the file is open: another node owns it",
        0x1B => "another node owns the program",
        _ => "unknown extended status",
    };
}
