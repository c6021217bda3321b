namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Why a reply holds no data. One object a fault, made once: a bad tag is bad at every scan. Codes and names are those of Application
/// Protocol V1.1b3, clause 7; 7 (negative acknowledge) is of the older PI-MBUS-300 and still met.
/// </summary>
internal sealed class ReplyFault
{
    /// <summary>The reply's protocol id is not 0.</summary>
    public static readonly ReplyFault OtherProtocol = new(0, "reply of another protocol than Modbus");

    /// <summary>The reply names another unit than was asked.</summary>
    public static readonly ReplyFault OtherUnit = new(0, "reply from another unit than was asked");

    /// <summary>The reply is to another function than was asked.</summary>
    public static readonly ReplyFault OtherFunction = new(0, "reply to another function than was asked");

    /// <summary>The reply has more or less data than was asked.</summary>
    public static readonly ReplyFault OtherLength = new(0, "reply with another byte count than was asked");

    /// <summary>The reply to a write repeats another address or value than was sent.</summary>
    public static readonly ReplyFault OtherEcho = new(0, "reply repeats another address or value than was sent");

    private static readonly ReplyFault[] Exceptions =
        [.. Enumerable.Range(0, 256).Select(code => new ReplyFault((byte)code, NameOf(code)))];

    private ReplyFault(byte code, string reason)
    {
        Code = code;
        Reason = reason;
    }

    /// <summary>The device's exception code; 0 when the reply itself cannot be trusted.</summary>
    public byte Code { get; }

    /// <summary>What it is, in the specification's words.</summary>
    public string Reason { get; }

    /// <summary>True when a part of what was asked for may be at fault, so that asking for less can help (02, 03).</summary>
    public bool IsAboutAddress => Code is 2 or 3;

    /// <summary>True when the device had no room for the request (06).</summary>
    public bool IsBusy => Code == 6;

    public static ReplyFault Exception(byte code) => Exceptions[code];

    private static string NameOf(int code) => code switch
    {
        0x01 => "illegal function",
        0x02 => "illegal data address",
        0x03 => "illegal data value",
        0x04 => "server device failure",
        0x05 => "acknowledge",
        0x06 => "server device busy",
        0x07 => "negative acknowledge",
        0x08 => "memory parity error",
        0x0A => "gateway path unavailable",
        0x0B => "gateway target device failed to respond",
        _ => $"unknown exception {code}",
    };
}
