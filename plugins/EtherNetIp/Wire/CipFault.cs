using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.EtherNetIp.Wire;

/// <summary>Why a reply holds no data: general and extended status in words, and what that makes of a tag. Immutable.</summary>
/// <param name="Status">General status; 0 for a reply that makes no sense.</param>
/// <param name="Extended">First word of the extended status; 0 without one.</param>
/// <param name="Quality">What the fault makes of a tag.</param>
/// <param name="Reason">The status in words, with its codes and, where one is known, the remedy.</param>
internal sealed record CipFault(byte Status, ushort Extended, Quality Quality, string Reason)
{
    public const byte ConnectionFailure = 0x01;
    public const byte NotEnoughRoom = 0x06;
    public const byte ServiceNotSupported = 0x08;
    public const byte ReplyTooLarge = 0x11;
    public const byte EmbeddedError = 0x1E;

    // A status that no controller gives.
    private const byte Refused = 0xFE;

    private static RefusedFrame? s_encapsulation;

    // One object a status: a bad tag is bad at every scan.
    private static readonly CipFault?[] s_general = new CipFault?[256];

    /// <summary>The reply ends too early.</summary>
    public static CipFault CutOff { get; } = new(0, 0, Quality.BadComm, "the reply is cut off: its lengths do not fit its bytes");

    /// <summary>The reply is to another service.</summary>
    public static CipFault OtherService { get; } = new(0, 0, Quality.BadComm, "the reply is to another service than was asked for");

    /// <summary>The reply has another number of replies than the packet had requests.</summary>
    public static CipFault OtherCount { get; } = new(0, 0, Quality.BadComm, "the reply to a packet has another number of replies");

    /// <summary>The reply has more or fewer bytes than the tag.</summary>
    public static CipFault OtherLength { get; } = new(0, 0, Quality.BadComm, "the reply has another length than the tag");

    /// <summary>The fault of a frame that is refused as a whole.</summary>
    public static CipFault FromEncapsulation(uint status) =>
        s_encapsulation is { } last && last.Status == status
            ? last.Fault
            : (s_encapsulation = new RefusedFrame(status, new CipFault(Refused, 0, Quality.BadDevice,
                $"the controller refuses the request: {Encapsulation.Describe(status)}"))).Fault;

    /// <summary>The fault of a status.</summary>
    public static CipFault From(in CipReply reply) => From(reply.Status, reply.ExtendedStatus);

    /// <summary>The fault of a status.</summary>
    public static CipFault From(byte status, ushort extended) =>
        extended == 0 ? s_general[status] ??= Create(status, 0) : Create(status, extended);

    /// <summary>
    /// True when the status of a whole packet can be the fault of one request in it, or of its length; false for one that tells of the
    /// controller's state, which every request would get, and for those that are handled otherwise.
    /// </summary>
    public static bool IsOfOneRequest(byte status) => status is not (0 or ConnectionFailure or 0x02 or NotEnoughRoom or 0x07
        or ServiceNotSupported or 0x0B or 0x0C or 0x10 or ReplyTooLarge);

    private static CipFault Create(byte status, ushort extended)
    {
        var codes = extended == 0 ? $"({status:X2})" : $"({status:X2}/{extended:X4})";
        var more = ExtendedText(status, extended);
        var text = more is null ? $"{GeneralText(status)} {codes}" : $"{more} {codes}";
        return new CipFault(status, extended, QualityOf(status, extended), text);
    }

    private static Quality QualityOf(byte status, ushort extended) => status switch
    {
        0x03 or 0x04 or 0x05 or 0x09 or 0x0C or 0x14 or 0x16 or 0x20 or 0x26 or 0x29 => Quality.BadAddress,
        0x0F => Quality.BadAddress,
        0xFF when extended is 0x2101 or 0x2104 or 0x2105 or 0x2107 => Quality.BadAddress,
        _ => Quality.BadDevice,
    };

    // CIP volume 1, table B-1.1, in the words of 1756-PM020 where it has any.
    private static string GeneralText(byte status) => status switch
    {
        0x01 => "connection failure",
        0x02 => "no resources: the controller is busy or has no memory for the request",
        0x03 => "invalid parameter: the number of elements makes no sense",
        0x04 => "no such tag or member, or an index that is none: compare the spelling with the program",
        0x05 => "no such tag or element: the path leads nowhere",
        0x06 => "not enough room in the reply for all data",
        0x07 => "the connection is lost",
        0x08 => "the controller does not have this service",
        0x09 => "invalid attribute value",
        0x0A => "attribute list error",
        0x0B => "already in the requested mode",
        0x0C => "the object's state forbids it",
        0x0D => "object exists already",
        0x0E => "the attribute cannot be set",
        0x0F => "access denied: set External Access of the tag to Read/Write, or Read Only to read it",
        0x10 => "the controller's mode or state forbids it: key switch, program download or fault",
        0x11 => "the reply is too large",
        0x12 => "a value cannot be fragmented here",
        0x13 => "not enough data in the request: the value is too short for the tag",
        0x14 => "no such attribute",
        0x15 => "too much data in the request: the value is too long for the tag",
        0x16 => "no such object",
        0x17 => "fragmentation is not in progress",
        0x18 => "no stored attribute data",
        0x19 => "the controller could not store the data",
        0x1A => "routing failure: the request is too large for a network on the way",
        0x1B => "routing failure: the reply is too large for a network on the way",
        0x1C => "attribute data is missing",
        0x1D => "invalid attribute values",
        0x1E => "a request in a packet failed",
        0x1F => "connection related failure of the vendor's own",
        0x20 => "invalid parameter",
        0x21 => "the value is write-once and is written",
        0x22 => "invalid reply from the controller",
        0x23 => "the controller's buffer is full",
        0x24 => "the message is malformed",
        0x25 => "the key in the path does not fit the module",
        0x26 => "the path has a wrong length, or reaches into a value that has no parts",
        0x27 => "unexpected attribute in the list",
        0x28 => "invalid member id",
        0x29 => "the member cannot be set",
        0x2A => "failure of a group 2 only server",
        0x2B => "unknown Modbus error",
        0x2C => "the attribute cannot be read",
        0x2D => "the object cannot be deleted",
        0x2E => "the service does not apply to this address",
        0xFF => "general error of the controller",
        _ => "unknown status",
    };

    private static string? ExtendedText(byte status, ushort extended) => (status, extended) switch
    {
        (0xFF, 0x2101) => "the controller's key switch or mode forbids it",
        (0xFF, 0x2104) => "offset beyond the end of the tag",
        (0xFF, 0x2105) => "beyond the end of the array: the index or the number of elements is too large",
        (0xFF, 0x2107) => "the tag has another type than the request",
        (0xFF, 0x2001) => "too many elements",
        (0xFF, 0x2002) => "the tag cannot be accessed in this way",
        (0x01, _) => ConnectionFailureText.Describe(extended),
        (0x0C, 0x8001 or 0x8010) => "the controller's object state forbids it: a download or edit is in progress",
        (0x10, 0x2101) => "the controller's key switch forbids it: turn it to REM or PROG",
        (0x10, 0x2802) => "the controller's safety lock forbids it",
        _ => null,
    };

    private sealed record RefusedFrame(uint Status, CipFault Fault);
}
