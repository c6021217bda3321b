using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>
/// Reads the description of a server: ServerStatus, BuildInfo and ServiceLevel (OPC 10000-5, 12.10 and 12.4), and how the session is
/// protected.
/// </summary>
internal static class ServerDescription
{
    private const int LeastGoodServiceLevel = 200;

    private static readonly string[] s_states =
        ["RUNNING", "FAILED", "NO_CONFIGURATION", "SUSPENDED", "SHUTDOWN", "TEST", "COMMUNICATION_FAULT", "UNKNOWN"];

    public static async ValueTask<IReadOnlyList<DeviceProperty>> ReadAsync(UaSession session, CancellationToken cancel)
    {
        var values = await session.ReadAsync(
            [new(new NodeId(Ids.ServerStatusState)), new(new NodeId(Ids.ServerStatusBuildInfo)), new(new NodeId(Ids.ServiceLevel))],
                cancel).ConfigureAwait(false);
        var facts = new List<DeviceProperty>();
        if (values[0] is { Status.IsBad: false, Value: { Type: BuiltInType.Int32, IsArray: false } state })
        {
            var name = state.Bits >= 0 && state.Bits < s_states.Length ? s_states[state.Bits]
                : state.Bits.ToString(CultureInfo.InvariantCulture);
            facts.Add(new DeviceProperty("state", name, IsWrong: state.Bits != 0));
        }

        if (values[1].Value.Content is ExtensionObject build && build.TypeId.Node == new NodeId(Ids.BuildInfo)) AddBuild(facts, build);
        if (values[2] is { Status.IsBad: false, Value: { Type: BuiltInType.Byte, IsArray: false } level })
            facts.Add(new DeviceProperty("service_level", level.Bits.ToString(CultureInfo.InvariantCulture),
                IsWrong: level.Bits < LeastGoodServiceLevel));
        var security = session.Connection.Security;
        facts.Add(new DeviceProperty("security", security.Policy.IsSecure ? $"{security.Policy.Name} {security.Mode}" : "None"));
        facts.Add(new DeviceProperty("nodes_per_read", session.Limits[Ids.MaxNodesPerRead].ToString(CultureInfo.InvariantCulture)));
        return facts;
    }

    private static void AddBuild(List<DeviceProperty> facts, ExtensionObject build)
    {
        var reader = new UaReader(build.Body);
        reader.SkipString();
        Add(facts, "manufacturer", reader.String());
        Add(facts, "product", reader.String());
        Add(facts, "firmware", reader.String());
    }

    private static void Add(List<DeviceProperty> facts, string name, string? text)
    {
        if (!string.IsNullOrWhiteSpace(text)) facts.Add(new DeviceProperty(name, text));
    }
}
