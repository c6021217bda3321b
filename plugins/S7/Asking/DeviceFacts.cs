using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Asking;

/// <summary>
/// What a CPU says of itself in its system status lists, on one connection. A LOGO and some others have none: then these facts are missing.
/// </summary>
internal sealed class DeviceFacts(ExchangeLoop loop)
{
    private const byte FirmwareMark = (byte)'V';

    private List<DeviceFact>? _lasting;
    private bool _hasAnswered;
    private bool _isMute;

    /// <summary>All that the CPU says; after the first time it is asked for its mode only.</summary>
    /// <exception cref="NotConnectedException">The connection is gone.</exception>
    public async ValueTask<List<DeviceFact>> AskAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_isMute) return [];
        try
        {
            var mode = ModeOf(await ListAsync(SystemStatusList.Mode, cancel).ConfigureAwait(false));
            _lasting ??= await LastingAsync(cancel).ConfigureAwait(false);
            return mode is null ? [.. _lasting] : [mode, .. _lasting];
        }
        catch (OperationCanceledException) when (!_hasAnswered)
        {
            // One that does not even say no will not next time: the question would cost the host's timeout again and again.
            _isMute = true;
            return [];
        }
    }

    /// <summary>
    /// The mode in the record of list 0424: event 2, FF, mode 1 with the one before it in the upper half. Names as in Wireshark.
    /// </summary>
    public static DeviceFact? ModeOf(ReadOnlySpan<byte> answer)
    {
        var record = SystemStatusList.Of(answer, SystemStatusList.Mode).First;
        if (record.Length < 4) return null;
        var mode = record[3] & 15;
        return mode switch
        {
            0 => null,
            1 or 2 or 3 or 4 => new DeviceFact("state", "STOP", IsWrong: true),
            5 or 6 or 7 => new DeviceFact("state", "STARTUP"),
            8 or 9 => new DeviceFact("state", "RUN"),
            10 => new DeviceFact("state", "HOLD", IsWrong: true),
            13 => new DeviceFact("state", "DEFECT", IsWrong: true),
            _ => new DeviceFact("state", $"mode {mode:X}", IsWrong: true),
        };
    }

    // A record has an order number of 20 characters, a kind, and a version: 'V' and three numbers where it is one of software.
    private static void AddModule(List<DeviceFact> facts, byte[] answer)
    {
        var list = SystemStatusList.Of(answer, SystemStatusList.ModuleIdentification);
        var module = list.Record(1);
        if (module.Length >= 20) Add(facts, "order_number", module[..20]);
        var firmware = list.Record(7);
        if (firmware.Length < 26 || firmware[22] != FirmwareMark) firmware = module;
        if (firmware.Length >= 26 && firmware[22] == FirmwareMark)
            facts.Add(new DeviceFact("firmware", $"V{firmware[23]}.{firmware[24]}.{firmware[25]}"));
    }

    private static void AddComponents(List<DeviceFact> facts, byte[] answer)
    {
        var list = SystemStatusList.Of(answer, SystemStatusList.ComponentIdentification);
        Add(facts, "name", list.Record(1));
        Add(facts, "module", list.Record(7) is { IsEmpty: false } type ? type : list.Record(2));
        Add(facts, "serial_number", list.Record(5));
    }

    private static void Add(List<DeviceFact> facts, string name, ReadOnlySpan<byte> text)
    {
        if (PaddedText.Of(text) is { Length: > 0 } shown) facts.Add(new DeviceFact(name, shown));
    }

    private async ValueTask<List<DeviceFact>> LastingAsync(CancellationToken cancel)
    {
        var facts = new List<DeviceFact>();
        AddModule(facts, await ListAsync(SystemStatusList.ModuleIdentification, cancel).ConfigureAwait(false));
        AddComponents(facts, await ListAsync(SystemStatusList.ComponentIdentification, cancel).ConfigureAwait(false));
        return facts;
    }

    private async ValueTask<byte[]> ListAsync(ushort id, CancellationToken cancel)
    {
        var question = new Question(UserData.SystemStatus, SystemStatusList.Function, SystemStatusList.Question(id));
        await loop.RunAsync(question, cancel).ConfigureAwait(false);
        _hasAnswered = true;
        return question.Fault is null ? question.Answer : [];
    }
}
