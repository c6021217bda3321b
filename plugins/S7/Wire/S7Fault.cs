using System.Collections.Concurrent;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Why an answer, or an item of one, holds no data. One object a fault, made once: a bad tag is bad at every scan. Codes and names are
/// those of Wireshark's dissector packet-s7comm and of snap7.
/// </summary>
internal sealed class S7Fault
{
    /// <summary>The lengths in the answer contradict each other.</summary>
    public static readonly S7Fault OtherLength = new(Quality.BadComm, "answer whose lengths do not fit its bytes");

    /// <summary>The answer is to another function than was asked.</summary>
    public static readonly S7Fault OtherFunction = new(Quality.BadComm, "answer to another function than was asked");

    /// <summary>The answer has more or fewer items than were asked for.</summary>
    public static readonly S7Fault OtherCount = new(Quality.BadComm, "answer with another item count than was asked");

    /// <summary>The item has more or fewer bytes than were asked for.</summary>
    public static readonly S7Fault OtherBytes = new(Quality.BadComm, "item with another length than was asked");

    /// <summary>The item's bytes are counted in a way that does not exist.</summary>
    public static readonly S7Fault OtherSize = new(Quality.BadComm, "item with an unknown transport size");

    private const string Access =
        "in TIA Portal switch off 'optimized block access' of the block and permit PUT/GET in the CPU's protection settings";

    private static readonly S7Fault[] Items = [.. Enumerable.Range(0, 256).Select(code => OfItem((byte)code))];
    private static readonly ConcurrentDictionary<int, S7Fault> Jobs = new();
    private static readonly ConcurrentDictionary<int, S7Fault> Questions = new();

    private S7Fault(Quality quality, string reason, bool isAboutAddress = false)
    {
        Quality = quality;
        Reason = reason;
        IsAboutAddress = isAboutAddress;
    }

    /// <summary>What the fault makes of a tag.</summary>
    public Quality Quality { get; }

    /// <summary>What it is, with the CPU's code and, where one is known, the remedy.</summary>
    public string Reason { get; }

    /// <summary>True when a part of a range may be at fault, so that asking for less can help.</summary>
    public bool IsAboutAddress { get; }

    /// <summary>False when what came in is no answer at all: what the CPU did is unknown.</summary>
    public bool IsAnswer => Quality != Quality.BadComm;

    /// <summary>False for an item's return code that has no name.</summary>
    public bool IsKnown { get; private init; } = true;

    /// <summary>An item's return code.</summary>
    public static S7Fault Item(byte code) => Items[code];

    /// <summary>Error class and code of a whole job.</summary>
    public static S7Fault Job(byte errorClass, byte code) =>
        Jobs.GetOrAdd(errorClass << 8 | code, static both => new S7Fault(Quality.BadDevice, $"{NameOf(both)} ({both:X4})"));

    /// <summary>Error code of a question's answer.</summary>
    public static S7Fault Question(int code) =>
        Questions.GetOrAdd(code, static code => new S7Fault(Quality.BadDevice, $"{NameOfQuestion(code)} ({code:X4})"));

    /// <summary>There is no block of that kind, or no further one.</summary>
    public static S7Fault NoBlock { get; } = Question(0xD20E);

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

    private static string NameOfQuestion(int code) => code switch
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
