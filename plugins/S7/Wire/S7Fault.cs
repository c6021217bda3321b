using System.Collections.Concurrent;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// The reason why a reply, or an item of it, has no data. There is one object per fault, created once, so that a scan with bad tags
/// allocates nothing. Codes and names are those of Wireshark's dissector packet-s7comm and of snap7. Immutable; any thread.
/// </summary>
internal sealed class S7Fault
{
    /// <summary>The lengths in the reply contradict each other.</summary>
    public static readonly S7Fault OtherLength = new(Quality.BadComm, "answer whose lengths do not fit its bytes");

    /// <summary>The answer is to another function than was asked.</summary>
    public static readonly S7Fault OtherFunction = new(Quality.BadComm, "answer to another function than was asked");

    /// <summary>The answer has more or fewer items than were asked for.</summary>
    public static readonly S7Fault OtherCount = new(Quality.BadComm, "answer with another item count than was asked");

    /// <summary>The item has more or fewer bytes than were asked for.</summary>
    public static readonly S7Fault OtherBytes = new(Quality.BadComm, "item with another length than was asked");

    /// <summary>The item has a transport size that does not exist, so that the unit of its length is unknown.</summary>
    public static readonly S7Fault OtherSize = new(Quality.BadComm, "item with an unknown transport size");

    private const string Access =
        "in TIA Portal switch off 'optimized block access' of the block and permit PUT/GET in the CPU's protection settings";

    private const string OtherTimers =
        "; an S7-200 keeps its timers and counters in other areas: set cpu = \"s7200\" if this is one";

    private static readonly S7Fault[] Items = [.. Enumerable.Range(0, 256).Select(code => WithTimer(OfItem((byte)code)))];
    private static readonly ConcurrentDictionary<int, S7Fault> Jobs = new();
    private static readonly ConcurrentDictionary<int, S7Fault> UserDataErrors = new();

    private S7Fault? _atTimer;

    private S7Fault(Quality quality, string reason, bool isAboutAddress = false)
    {
        Quality = quality;
        Reason = reason;
        IsAboutAddress = isAboutAddress;
    }

    /// <summary>The quality of a tag with this fault.</summary>
    public Quality Quality { get; }

    /// <summary>The text for the user, with the CPU's code and, if one is known, the remedy.</summary>
    public string Reason { get; }

    /// <summary>True if only part of the requested range may be at fault, so that a request for less can succeed.</summary>
    public bool IsAboutAddress { get; }

    /// <summary>The same fault for a timer or counter, whose areas an S7-200 does not have.</summary>
    public S7Fault AtTimer => _atTimer ?? this;

    /// <summary>False if the reply cannot be trusted, so that it is unknown what the CPU did.</summary>
    public bool IsAnswer => Quality != Quality.BadComm;

    /// <summary>False for an item's return code without a known meaning.</summary>
    public bool IsKnown { get; private init; } = true;

    /// <summary>Returns the fault of an item's return code.</summary>
    public static S7Fault Item(byte code) => Items[code];

    /// <summary>Returns the fault of the error class and code of a whole job.</summary>
    public static S7Fault Job(byte errorClass, byte code) =>
        Jobs.GetOrAdd(errorClass << 8 | code, static both => new S7Fault(Quality.BadDevice, $"{NameOf(both)} ({both:X4})"));

    /// <summary>Returns the fault of the error code of an info request.</summary>
    public static S7Fault UserDataError(int code) =>
        UserDataErrors.GetOrAdd(code, static code => new S7Fault(Quality.BadDevice, $"{NameOfUserDataError(code)} ({code:X4})"));

    /// <summary>The CPU has no block of the kind, or no further one (D20E).</summary>
    public static S7Fault NoBlock { get; } = UserDataError(0xD20E);

    private static S7Fault WithTimer(S7Fault fault)
    {
        if (fault.IsAboutAddress) fault._atTimer = new S7Fault(fault.Quality, fault.Reason + OtherTimers, isAboutAddress: true);
        return fault;
    }

    private static S7Fault OfItem(byte code) => code switch
    {
        0x01 => new(Quality.BadDevice, "hardware error (01)"),
        0x03 => new(Quality.BadAddress, $"access denied (03): {Access}", isAboutAddress: true),
        0x05 => new(Quality.BadAddress, "address out of range (05): the block or area ends before it", isAboutAddress: true),
        0x06 => new(Quality.BadAddress, "data type not supported (06)", isAboutAddress: true),
        0x07 => new(Quality.BadAddress, "data type inconsistent (07)", isAboutAddress: true),
        0x0A => new(Quality.BadAddress,
            $"object does not exist (0A): no such block, or one that is hidden: {Access}", isAboutAddress: true),
        _ => new(Quality.BadDevice, $"unknown return code ({code:X2})") { IsKnown = false },
    };

    private static string NameOfUserDataError(int code) => code switch
    {
        0x8104 => "function not available",
        0xD203 => "no such kind of block",
        0xD209 => "block does not exist",
        0xD20E => "no further block",
        0xD241 => "not permitted in the current protection level: lower it, or permit PUT/GET",
        0xD401 or 0xD402 => "no such system status list",
        _ => "error",
    };

    private static string NameOf(int both) => both switch
    {
        0x8104 => $"function not available: {Access}",
        0x8500 => "wrong PDU size",
        _ => (both >> 8) switch
        {
            0x81 => "application relationship error",
            0x82 => "object definition error",
            0x83 => "no resources available",
            0x84 => "error on service processing",
            0x85 => "error on supplies",
            0x87 => $"access error: {Access}",
            0xD2 => "protection level error: permit PUT/GET, or lower the CPU's protection level",
            0xD6 => "password error",
            var other => $"unknown error class {other:X2}",
        },
    };
}
