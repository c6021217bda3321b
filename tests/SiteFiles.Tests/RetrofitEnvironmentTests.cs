using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>The environment variables of sites/retrofit, with their defaults.</summary>
public sealed class RetrofitEnvironmentTests
{
    [Fact]
    public void Everything_but_the_password_has_a_default()
    {
        var (model, problems) = Load("MQTT_PASSWORD=x");
        Assert.Empty(problems);
        Assert.Equal(("db1", ""), (model!.Name, model.Tenant));
        Assert.Equal(
            ("mosquitto", "8883", "{ enabled=true, ca=ca.crt }", "edge_agent", "plc/db1"),
            (Setting(model, "host"), Setting(model, "port"), Tls(model), Setting(model, "user"), Setting(model, "topic")));

        (model, problems) = Load(
            "MQTT_PASSWORD=x", "TENANT_ID=t", "PLC_ID=p", "MQTT_BROKER=b", "MQTT_PORT=1884", "MQTT_TLS=false", "MQTT_CA_FILE=x.crt",
            "MQTT_USERNAME=u");
        Assert.Empty(problems);
        Assert.Equal(("p", "t"), (model!.Name, model.Tenant));
        Assert.Equal(
            ("b", "1884", "{ enabled=false, ca=x.crt }", "u", "plc/t/p"),
            (Setting(model, "host"), Setting(model, "port"), Tls(model), Setting(model, "user"), Setting(model, "topic")));
    }

    private static (SiteModel? Model, IReadOnlyList<Problem> Problems) Load(params string[] environment) =>
        SiteFile.Load(Committed("retrofit"), name => environment.FirstOrDefault(e => e.Split('=')[0] == name)?.Split('=')[1]);

    private static string Setting(SiteModel model, string key) => ((TomlString)model.Sinks[0].Settings.Find(key)!.Value).Text;

    private static string Tls(SiteModel model)
    {
        var table = (TomlTable)model.Sinks[0].Settings.Find("tls")!.Value;
        return $"{{ {string.Join(", ", table.Entries.Select(e => $"{e.Key}={((TomlString)e.Value).Text}"))} }}";
    }

    private static string Committed(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PlantRuntime.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "sites", name);
    }
}
