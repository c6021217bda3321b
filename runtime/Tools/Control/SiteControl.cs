using PlantRuntime.Engine;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Recording;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Creates the control server of a running site with the commands of queue, devices, recordings and site. Called once by <c>plant run</c>;
/// keeps no state.
/// </summary>
internal static class SiteControl
{
    /// <summary>Creates the server; the caller starts it and disposes of it before the host.</summary>
    public static ControlServer Create(SiteHost host, TimeProvider time, PlantLog log)
    {
        var site = host.Site;
        var server = new ControlServer(site.Model.Folder, time, log);
        new QueueCommands(host.Sinks, () => host.Queue).AddTo(server);
        new DeviceCommands(host.Devices, site.Writes, time).AddTo(server);
        new RecordingRegistry(site.Model.Name, host.Devices, time, log).AddTo(server);
        new SiteCommands(site).AddTo(server);
        new RestartCommands(host.Devices, host.Sinks).AddTo(server);
        return server;
    }
}
