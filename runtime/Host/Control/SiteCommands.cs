using System.Text.Json;
using PlantRuntime.Host.Reloading;

namespace PlantRuntime.Host.Control;

/// <summary>What <c>plant diff</c> and <c>plant check</c> ask a running host.</summary>
internal sealed class SiteCommands(RunningSite site)
{
    public const string Inventory = "site-inventory";

    public void AddTo(ControlServer server) =>
        server.On(Inventory, _ => Task.FromResult(JsonSerializer.SerializeToNode(site.Inventory(), ReloadJson.Default.SiteInventory)!));
}
