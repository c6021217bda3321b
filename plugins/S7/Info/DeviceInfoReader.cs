using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Info;

/// <summary>
/// Reads the CPU's system status lists over one connection: order number, firmware, names and mode. A LOGO and some other devices have no
/// lists; then these properties are missing. <see cref="S7Driver"/> creates one for each connection and calls it within DescribeAsync, one
/// call at a time; not thread-safe. It keeps the properties that do not change and runs its requests on the driver's loop.
/// </summary>
internal sealed class DeviceInfoReader(ExchangeLoop<S7Session> loop)
{
    private const byte FirmwareMark = (byte)'V';

    private List<DeviceProperty>? _lasting;
    private bool _hasAnswered;
    private bool _isMute;

    /// <summary>Returns all properties that the CPU reports. After the first time only the mode is requested again.</summary>
    /// <exception cref="NotConnectedException">The connection is lost; the host reconnects.</exception>
    public async ValueTask<List<DeviceProperty>> ReadAsync(CancellationToken cancel)
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
            // A CPU that does not even refuse the request is not asked again, because each request would cost the host's timeout.
            _isMute = true;
            return [];
        }
    }

    /// <summary>
    /// Returns the mode from the record of list 0424 (event 2 bytes, FF, 1 byte with the mode in its lower half and the previous one in its
    /// upper half), or null if there is none. The names are those of Wireshark.
    /// </summary>
    public static DeviceProperty? ModeOf(ReadOnlySpan<byte> answer)
    {
        var record = SystemStatusList.Parse(answer, SystemStatusList.Mode).First;
        if (record.Length < 4) return null;
        var mode = record[3] & 15;
        return mode switch
        {
            0 => null,
            1 or 2 or 3 or 4 => new DeviceProperty("state", "STOP", IsWrong: true),
            5 or 6 or 7 => new DeviceProperty("state", "STARTUP"),
            8 or 9 => new DeviceProperty("state", "RUN"),
            10 => new DeviceProperty("state", "HOLD", IsWrong: true),
            13 => new DeviceProperty("state", "DEFECT", IsWrong: true),
            _ => new DeviceProperty("state", $"mode {mode:X}", IsWrong: true),
        };
    }

    // A record has an order number of 20 characters, a kind of 2 bytes, and a version: for firmware 'V' and three numbers.
    private static void AddModule(List<DeviceProperty> facts, byte[] answer)
    {
        var list = SystemStatusList.Parse(answer, SystemStatusList.ModuleIdentification);
        var module = list.Record(1);
        if (module.Length >= 20) Add(facts, "order_number", module[..20]);
        var firmware = list.Record(7);
        if (firmware.Length < 26 || firmware[22] != FirmwareMark) firmware = module;
        if (firmware.Length >= 26 && firmware[22] == FirmwareMark)
            facts.Add(new DeviceProperty("firmware", $"V{firmware[23]}.{firmware[24]}.{firmware[25]}"));
    }

    private static void AddComponents(List<DeviceProperty> facts, byte[] answer)
    {
        var list = SystemStatusList.Parse(answer, SystemStatusList.ComponentIdentification);
        Add(facts, "name", list.Record(1));
        Add(facts, "module", list.Record(7) is { IsEmpty: false } type ? type : list.Record(2));
        Add(facts, "serial_number", list.Record(5));
    }

    private static void Add(List<DeviceProperty> facts, string name, ReadOnlySpan<byte> text)
    {
        if (PaddedText.Decode(text) is { Length: > 0 } shown) facts.Add(new DeviceProperty(name, shown));
    }

    private async ValueTask<List<DeviceProperty>> LastingAsync(CancellationToken cancel)
    {
        var facts = new List<DeviceProperty>();
        AddModule(facts, await ListAsync(SystemStatusList.ModuleIdentification, cancel).ConfigureAwait(false));
        AddComponents(facts, await ListAsync(SystemStatusList.ComponentIdentification, cancel).ConfigureAwait(false));
        return facts;
    }

    private async ValueTask<byte[]> ListAsync(ushort id, CancellationToken cancel)
    {
        var question = new UserDataRequest(UserData.SystemStatus, SystemStatusList.Function, SystemStatusList.WriteRequest(id));
        await loop.RunAsync(question, cancel).ConfigureAwait(false);
        _hasAnswered = true;
        return question.Fault is null ? question.Answer : [];
    }
}
