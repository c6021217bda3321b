using System.Security.Cryptography;
using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>
/// Starts mosquitto with its plugin "dynamic security", which refuses subscriptions with a reason code (an ACL file only drops their
/// messages). User "edge" may subscribe to plc/# and publish to every topic.
/// </summary>
internal static class AccessControlledMosquitto
{
    public const string User = "edge";
    public const string Password = "correct horse";

    private const int Iterations = 101;

    public static async Task<PeerProcess> StartAsync(TemporaryFolder folder)
    {
        var plugin = Array.Find(["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"], f => File.Exists(FileOf(f)));
        Skip.If(plugin is null, "no mosquitto_dynamic_security.so here: install Debian's package mosquitto");
        await File.WriteAllTextAsync(folder.Of("security.json"), Rights());
        return await Mosquitto.StartAsync("allow_anonymous false", $"plugin {FileOf(plugin!)}",
            $"plugin_opt_config_file {folder.Of("security.json")}");
    }

    private static string FileOf(string folder) => Path.Combine(folder, "mosquitto_dynamic_security.so");

    private static string Rights()
    {
        var salt = RandomNumberGenerator.GetBytes(12);
        var password = Rfc2898DeriveBytes.Pbkdf2(Password, salt, Iterations, HashAlgorithmName.SHA512, 64);
        return JsonSerializer.Serialize(new
        {
            defaultACLAccess = new { publishClientSend = true, publishClientReceive = true, subscribe = false, unsubscribe = true },
            clients = new[]
            {
                new
                {
                    username = User, salt = Convert.ToBase64String(salt), password = Convert.ToBase64String(password),
                    iterations = Iterations, roles = new[] { new { rolename = "reader" } },
                },
            },
            roles = new[]
            {
                new { rolename = "reader", acls = new[] { new { acltype = "subscribePattern", topic = "plc/#", allow = true } } },
            },
        });
    }
}
