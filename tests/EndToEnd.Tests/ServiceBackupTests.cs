using System.Diagnostics;
using PlantRuntime.Conformance;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>
/// <c>plant backup</c> and <c>plant restore</c> for the site of a service, whose data and logs are not in its folder. As root, the data
/// belong to another user, as an installed package has it.
/// </summary>
[Trait("Needs", "Server")]
public sealed class ServiceBackupTests : IDisposable
{
    private const string DataUser = "65534";
    private readonly TemporaryFolder _root = new();
    private readonly string _site;
    private readonly string _data;
    private readonly string _archive;
    private readonly Dictionary<string, string> _environment;

    public ServiceBackupTests()
    {
        (_site, _data, _archive) = (_root.Of("sites", "hall"), _root.Of("lib", "hall"), _root.Of("safe", "hall.zip"));
        _environment = new()
        {
            ["PLANT_SITES"] = _root.Of("sites"), ["PLANT_DATA"] = _root.Of("lib"), ["PLANT_LOGS"] = _root.Of("log"),
        };
    }

    [SkippableFact]
    public async Task A_site_and_its_data_are_restored_where_the_service_has_them()
    {
        await RunOnceAsync();
        await BackUpAsync();
        File.WriteAllText(Path.Combine(_site, "recipes", "new.csx"), "// newer than the backup");
        File.WriteAllText(Path.Combine(_data, "newer.txt"), "newer than the backup");

        var (code, output) = await PlantAsync("restore", _archive, _site);
        Assert.True(code == 1 && output.Contains($"{_site} and {_data} is not empty", StringComparison.Ordinal), output);
        (code, output) = await PlantAsync("restore", _archive, _site, "--yes");
        Assert.True(code == 0, output);
        var (siteBefore, dataBefore) = (Assert.Single(Kept(_site)), Assert.Single(Kept(_data)));
        Assert.Contains($"what was there before is in {siteBefore} and {dataBefore}", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(siteBefore, "recipes", "new.csx")) && File.Exists(Path.Combine(dataBefore, "newer.txt")));
        Assert.Equal(["recipes", "site.toml"], Names(_site));
        Assert.False(File.Exists(Path.Combine(_data, "newer.txt")));
        Assert.True(File.Exists(Path.Combine(_data, "queue.db")) && File.Exists(Path.Combine(_data, "lines.jsonl")));
        Assert.True(File.Exists(_root.Of("log", "hall", "plant.log")));
        AssertRights();
        await RunOnceAsync();
    }

    [SkippableFact]
    public async Task A_new_machine_gets_site_and_data_from_the_backup()
    {
        await RunOnceAsync();
        Directory.Delete(_site, recursive: true);
        Directory.Delete(_data, recursive: true);

        // The backup of a private folder on a PC: the service has to read what only its owner could read.
        using var own = new SiteFolder();
        own.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        Assert.Equal(0, (await PlantProcess.RunAsync("run", own.Path, "--for", "2s")).ExitCode);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(own.At("site.toml"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(0, (await PlantProcess.RunAsync("backup", own.Path, _archive)).ExitCode);
        var (code, output) = await PlantAsync("restore", _archive, _site);
        Assert.True(code == 0, output);
        Assert.True(File.Exists(Path.Combine(_data, "queue.db")) && File.Exists(Path.Combine(_data, "lines.jsonl")));
        Assert.DoesNotContain("what was there before", output, StringComparison.Ordinal);
        Assert.Empty(Kept(_site).Concat(Kept(_data)));
        AssertRights();
        await RunOnceAsync();
    }

    [SkippableFact]
    public async Task Neither_a_running_host_nor_a_damaged_file_changes_anything()
    {
        await RunOnceAsync();
        await BackUpAsync();
        await using (var plant = PlantProcess.Start(_environment, "run", _site))
        {
            await plant.WhenAsync("CONNECTED sink=lines");
            var (code, output) = await PlantAsync("restore", _archive, _site, "--yes");
            Assert.True(code == 1 && output.Contains("a host runs", StringComparison.Ordinal), output);
            (code, output) = await PlantAsync("backup", _site, Path.Combine(_data, "mine.zip"));
            Assert.True(code == 1 && output.Contains("is in the folder of the site", StringComparison.Ordinal), output);
            await plant.SignalAsync("TERM");
            Assert.Equal(0, await plant.WhenExitedAsync());
        }

        var bytes = await File.ReadAllBytesAsync(_archive);
        var before = Names(_root.Path);
        bytes[bytes.Length / 2] ^= 0xff;
        await File.WriteAllBytesAsync(_archive, bytes);
        var (exit, text) = await PlantAsync("restore", _archive, _site, "--yes");
        Assert.True(exit == 1 && text.Contains("is not usable", StringComparison.Ordinal), text);
        Assert.Equal(before, Names(_root.Path));
    }

    [SkippableFact]
    public async Task A_link_in_the_data_leads_root_to_no_file_of_others()
    {
        if (OperatingSystem.IsWindows() || !IsRoot) throw new SkipException("only root may read files of others");
        await RunOnceAsync();
        var secret = _root.Of("secret");
        await File.WriteAllTextAsync(secret, "not for the service");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        File.CreateSymbolicLink(Path.Combine(_data, "link"), secret);
        var (code, output) = await PlantAsync("backup", _site, _archive);
        Assert.True(code == 1 && output.Contains("denied", StringComparison.Ordinal), output);
        Assert.Empty(Names(Path.GetDirectoryName(_archive)!));
    }

    public void Dispose() => _root.Dispose();

    private static bool IsRoot => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    private static string[] Kept(string folder) =>
        Directory.GetDirectories(Path.GetDirectoryName(folder)!, $"{Path.GetFileName(folder)}.*-*");

    private static string[] Names(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(f => Path.GetFileName(f)).Order()];

    private Task<(int ExitCode, string Output)> PlantAsync(params string[] arguments) => PlantProcess.RunAsync(_environment, arguments);

    private async Task BackUpAsync()
    {
        var (code, output) = await PlantAsync("backup", _site, _archive);
        Assert.True(code == 0, output);
        Assert.Equal(["hall"], Names(_root.Of("lib")));
    }

    /// <summary>Runs the site, and creates it with the folders of an installation at the first time.</summary>
    private async Task RunOnceAsync()
    {
        Skip.If(OperatingSystem.IsWindows(), "the rights of folders are those of Unix");
        if (!Directory.Exists(_root.Of("sites")))
        {
            Directory.CreateDirectory(Path.Combine(_site, "recipes"));
            foreach (var folder in new[] { "lib", "log", "safe" }) Directory.CreateDirectory(_root.Of(folder));
            await File.WriteAllTextAsync(Path.Combine(_site, "site.toml"), SiteFolder.DefaultSite);
            await File.WriteAllTextAsync(Path.Combine(_site, "recipes", "all.csx"), "Plant.line.Scans.To(Sinks.lines);");
            if (IsRoot) await SystemAsync("chgrp", "-R", DataUser, _root.Of("sites"));
            await SystemAsync("chmod", "-R", "u=rwX,g=rX,o=,g+s", _root.Of("sites"));
            if (IsRoot)
            {
                await SystemAsync("chmod", "755", _root.Path);
                await SystemAsync("chown", "-R", $"{DataUser}:{DataUser}", _root.Of("lib"), _root.Of("log"));
                await SystemAsync("chmod", "750", _root.Of("lib"));
            }
        }

        var (code, output) = await PlantAsync("run", _site, "--for", "2s");
        Assert.True(code == 0, output);
        if (IsRoot) await SystemAsync("chown", "-R", $"{DataUser}:{DataUser}", _root.Of("lib"), _root.Of("log"));
    }

    private void AssertRights()
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal("640", Convert.ToString((int)File.GetUnixFileMode(Path.Combine(_site, "site.toml")), 8));
        Assert.Equal("750", Convert.ToString((int)File.GetUnixFileMode(Path.Combine(_site, "recipes")) & 0x1ff, 8));
        if (!IsRoot) return;
        foreach (var path in Directory.GetFileSystemEntries(_data, "*", SearchOption.AllDirectories).Append(_data))
            Assert.Equal($"{DataUser}:{DataUser}", Owner(path));
        foreach (var path in Directory.GetFileSystemEntries(_site, "*", SearchOption.AllDirectories).Append(_site))
            Assert.Equal($"0:{DataUser}", Owner(path));
    }

    private static string Owner(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%u:%g", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    private static async Task SystemAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
