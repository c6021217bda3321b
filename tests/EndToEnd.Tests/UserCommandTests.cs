using System.Text.Json.Nodes;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The command <c>plant user</c>, with and without a running host.</summary>
[Trait("Needs", "Process")]
public class UserCommandTests
{
    [SkippableFact]
    public async Task Users_are_added_listed_changed_and_removed()
    {
        Skip.If(OperatingSystem.IsWindows(), "the passwords come through sh");
        using var site = new SiteFolder();
        var added = await PlantProcess.RunUserAsync("three small words", "add", site.Path, "anna", "--role", "operator");
        Assert.Equal((0, "user anna (operator) may log in"), added);
        foreach (var (password, reason) in new[] { ("short", "at least 12 characters"), ("aaaaaaaaaaaaaaaa", "4 different characters") })
        {
            var (exit, output) = await PlantProcess.RunUserAsync(password, "password", site.Path, "anna");
            Assert.True(exit == 1 && output.Contains(reason, StringComparison.Ordinal), output);
        }

        var (again, text) = await PlantProcess.RunUserAsync("three small words", "add", site.Path, "ANNA");
        Assert.True(again == 1 && text.Contains("is there already", StringComparison.Ordinal), text);
        (again, text) = await PlantProcess.RunUserAsync("three small words", "add", site.Path, "an na");
        Assert.True(again == 1 && text.Contains("a user's name has 1 to 32 letters", StringComparison.Ordinal), text);
        (again, text) = await PlantProcess.RunAsync("user", "add", site.Path, "otto", "--role", "root");
        Assert.True(again == 1 && text.Contains("'root'", StringComparison.Ordinal), text);

        var (made, token) = await PlantProcess.RunAsync("user", "token", site.Path, "grafana", "--expires", "90d");
        Assert.True(made == 0 && token.Trim().StartsWith("plant_", StringComparison.Ordinal), token);
        var file = await File.ReadAllTextAsync(site.At("data/web/users.json"));
        Assert.DoesNotContain("three small words", file, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Trim(), file, StringComparison.Ordinal);
        var (_, list) = await PlantProcess.RunAsync("user", "list", site.Path);
        Assert.Matches(@"anna +operator +password\n.*grafana +viewer +token +20\d\d-", list);

        Assert.Equal(0, (await PlantProcess.RunUserAsync("four other small words", "password", site.Path, "anna")).ExitCode);
        Assert.Equal(0, (await PlantProcess.RunAsync("user", "remove", site.Path, "anna")).ExitCode);
        (again, text) = await PlantProcess.RunAsync("user", "remove", site.Path, "anna");
        Assert.True(again == 1 && text.Contains("there is no user or token anna", StringComparison.Ordinal), text);
        Assert.Equal(["user_add", "user_token", "user_password", "user_remove"],
            site.Lines("logs/audit.jsonl").Select(l => (string?)JsonNode.Parse(l)!["action"]));
    }

    [SkippableFact]
    public async Task A_running_host_takes_changes_at_once_and_writes_them_to_its_audit_log()
    {
        using var site = new SiteFolder();
        site.Replace("site.toml", "[devices.line]", "[web]\nlisten = \"127.0.0.1:0\"\n\n[devices.line]");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("USERS accounts=0 .*plant user add");
        await plant.WhenAsync("WEB address=");
        var address = plant.Output.Split("WEB address=")[1].Split('\n')[0].Trim();
        var (_, token) = await PlantProcess.RunAsync("user", "token", site.Path, "grafana");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("Authorization", $"Bearer {token.Trim()}");
        Assert.Contains("\"grafana\"", await client.GetStringAsync($"http://{address}/api/session"), StringComparison.Ordinal);
        Assert.Equal(0, (await PlantProcess.RunAsync("user", "remove", site.Path, "grafana")).ExitCode);
        using var response = await client.GetAsync($"http://{address}/api/tags");
        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal([("user_token", "grafana"), ("user_remove", "grafana")],
            site.Lines("logs/audit.jsonl").Select(l => JsonNode.Parse(l)!).Where(e => (string?)e["who"] != "host")
                .Select(e => ((string)e["action"]!, (string)e["name"]!)));
    }

    [SkippableFact]
    public async Task Nothing_listens_on_TCP_without_web()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "proc(5) of Linux");
        using var site = new SiteFolder();
        await using (var plant = PlantProcess.Start("run", site.Path))
        {
            await plant.WhenAsync("OK plant=1 device=line");
            Assert.Empty(Listeners(plant.Id));
        }

        site.Replace("site.toml", "[devices.line]", "[web]\nlisten = \"127.0.0.1:0\"\n\n[devices.line]");
        await using var web = PlantProcess.Start("run", site.Path);
        await web.WhenAsync("OK plant=1 device=line");
        Assert.StartsWith("0100007F:", Assert.Single(Listeners(web.Id)), StringComparison.Ordinal);
    }

    /// <summary>Returns the TCP addresses that a process listens on, in the form of proc(5).</summary>
    private static List<string> Listeners(int process)
    {
        const string Listening = "0A";
        var own = Directory.GetFiles($"/proc/{process}/fd").Select(f => new FileInfo(f).LinkTarget).ToHashSet();
        return [.. new[] { "tcp", "tcp6" }.SelectMany(kind => File.ReadLines($"/proc/net/{kind}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == Listening && own.Contains($"socket:[{fields[9]}]")).Select(fields => fields[1])];
    }
}
