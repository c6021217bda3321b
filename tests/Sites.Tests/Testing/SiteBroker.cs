using System.Globalization;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>
/// mosquitto with the configuration, rights, certificates and passwords of sites/retrofit/infra. The peer script gives it a listener of its
/// own port, and paths in the image become paths in the site's copy; all else is as shipped.
/// </summary>
internal sealed class SiteBroker : IAsyncDisposable
{
    private readonly SiteFolder _site;
    private readonly PeerProcess _process;

    private SiteBroker(SiteFolder site, PeerProcess process) => (_site, _process) = (site, process);

    public int Port => _process.Port;

    /// <summary>Creates the secrets and starts the broker, with further lines in its configuration; {secrets} is their folder.</summary>
    public static async Task<SiteBroker> StartAsync(SiteFolder site, params string[] further)
    {
        Mosquitto.SkipIfMissing("mosquitto", "mosquitto_sub", "mosquitto_pub", "mosquitto_passwd", "openssl");
        if (Directory.Exists(site.At("infra/secrets"))) Directory.Delete(site.At("infra/secrets"), recursive: true);
        await Tool.RunAsync("sh", [site.At("infra/make-secrets.sh"), "localhost"]);
        File.Copy(site.At("infra/secrets/ca.crt"), site.At("ca.crt"), overwrite: true);

        const string Config = "infra/mosquitto/mosquitto.conf";
        site.Replace(Config, "listener 8883\n", "");
        site.Replace(Config, "/mosquitto/secrets/server.crt", site.At("infra/secrets/server.crt"));
        site.Replace(Config, "/mosquitto/secrets/server.key", site.At("infra/secrets/server.key"));
        site.Replace(Config, "/mosquitto/secrets/passwd", site.At("infra/secrets/passwd"));
        site.Replace(Config, "/mosquitto/config/acl", site.At("infra/mosquitto/acl"));
        site.Replace(Config, "/mosquitto/data/", site.Path + "/");
        var process = await PeerProcess.StartAsync("python3", "mosquitto_broker.py", JsonSerializer.Serialize(
            (string[])[.. further.Select(line => line.Replace("{secrets}", site.At("infra/secrets"))), .. site.Lines(Config)]));
        return new SiteBroker(site, process);
    }

    public string PasswordOf(string user) => File.ReadAllText(_site.At($"infra/secrets/{user}.password")).TrimEnd();

    /// <summary>mosquitto_sub as the user telegraf, on telegraf's topics: one line "topic payload" per message.</summary>
    public LineReader Telegraf() => new("mosquitto_sub", [.. Access("telegraf"), "-q", "1", "-t", "plc/#", "-F", "%t %p"]);

    /// <summary>
    /// mosquitto_sub as a user who pings every 5 s: one line "topic payload" per message, at once also in a pipe, and what the options add.
    /// </summary>
    public LineReader Subscribe(string user, string topic, params string[] options) => new("stdbuf",
        ["-oL", "mosquitto_sub", .. Access(user), "-V", "mqttv5", "-q", "1", "-k", "5", "-t", topic, "-F", "%t %p", .. options]);

    /// <summary>Runs mosquitto_pub and returns its output, which is empty if the broker accepted the message.</summary>
    /// <param name="user">Null for none.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="message">The payload.</param>
    /// <param name="password">By default that of the user.</param>
    public async Task<string> PublishAsync(string? user, string topic, string message, string? password = null)
    {
        var (_, output) = await Tool.TryAsync("mosquitto_pub",
            [.. Access(user, password), "-V", "mqttv5", "-q", "1", "-t", topic, "-m", message]);
        return output;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private string[] Access(string? user, string? password = null) => ["-h", "localhost", "-p", Port.ToString(CultureInfo.InvariantCulture),
        "--cafile", _site.At("infra/secrets/ca.crt"), .. user is null ? (string[])[] : ["-u", user, "-P", password ?? PasswordOf(user)]];
}
