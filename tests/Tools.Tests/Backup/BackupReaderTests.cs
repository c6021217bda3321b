using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Logging;
using PlantRuntime.Tools.Backup;

namespace PlantRuntime.Tools.Tests.Backup;

/// <summary>Archives that are damaged, or made to do harm: nothing of them reaches the site's folder or one beside it.</summary>
public sealed class BackupReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Archive => _folder.Of("backup.zip");

    private string Site => _folder.Of("site");

    [Fact]
    public void An_intact_archive_is_restored_with_the_rights_of_its_files()
    {
        Write([("site.toml", "[site]", 0x1a4), ("data/web/users.json", "{}", 0x180)]);
        Restore();
        Assert.Equal("{}", File.ReadAllText(Path.Combine(Site, "data/web/users.json")));
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(0x180, (int)File.GetUnixFileMode(Path.Combine(Site, "data/web/users.json")));
        Assert.Equal(0x1c0, (int)File.GetUnixFileMode(Path.Combine(Site, "data/web")));
    }

    [Theory]
    [InlineData("../evil", "leads out of")]
    [InlineData("a/../../evil", "leads out of")]
    [InlineData("/tmp/evil", "leads out of")]
    [InlineData("a//b", "leads out of")]
    [InlineData("a\\..\\b", "has a character")]
    [InlineData("a\nb", "has a character")]
    [InlineData("site.toml/below", "is below a file")]
    [InlineData("site.toml", "is there twice")]
    public void A_path_that_leads_elsewhere_is_refused(string path, string reason) =>
        Refuses(reason, () => Write([("site.toml", "[site]", 0x1a4), (path, "evil", 0x1a4)]));

    [Fact]
    public void A_link_is_refused() => Refuses("is a link", () => Write([("site.toml", "[site]", 0x1a4), ("link", "/etc/passwd", 0x1a4)],
        change: zip => zip.GetEntry("site/link")!.ExternalAttributes = unchecked((int)0xa1ff0000)));

    [Fact]
    public void An_entry_that_the_manifest_does_not_name_is_refused() => Refuses("evil is not in its manifest", () =>
        Write([("site.toml", "[site]", 0x1a4)], change: zip => Add(zip, "evil", "x")));

    [Fact]
    public void A_wrong_checksum_is_found() => Refuses("the checksum of site.toml is wrong", () =>
        Write([("site.toml", "[site]", 0x1a4)], manifest => manifest with
        {
            Files = [manifest.Files[0] with { Sha256 = new string('0', 64) }],
        }));

    [Fact]
    public void A_wrong_length_is_found() => Refuses("site.toml has 6 bytes, not 7", () =>
        Write([("site.toml", "[site]", 0x1a4)], manifest => manifest with { Files = [manifest.Files[0] with { Size = 7 }] }));

    [Fact]
    public void A_newer_format_is_refused_by_its_name() => Refuses("was written by plant 9.9.0 (backup format 2)", () =>
        Write([("site.toml", "[site]", 0x1a4)], manifest => manifest with { Format = 2, Plant = "9.9.0" }));

    [Fact]
    public void The_data_of_a_newer_version_is_refused() => Refuses("was written by plant 9.9.0 (format 2)", () =>
        Write([("site.toml", "[site]", 0x1a4), ("data/format", "2 9.9.0\n", 0x1a4)]));

    [Fact]
    public void An_archive_is_refused_wherever_it_is_cut_or_changed()
    {
        Write([("site.toml", new string('x', 3000), 0x1a4), ("recipes/a.csx", "// text", 0x1a4)]);
        var whole = File.ReadAllBytes(Archive);
        for (var length = 0; length < whole.Length; length += 7) Refuses("", () => File.WriteAllBytes(Archive, whole[..length]));
        for (var at = 0; at < whole.Length; at += 3)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 0x55;
            File.WriteAllBytes(Archive, changed);
            try
            {
                Restore();

                // Bytes that say nothing about the content, such as times in the directory of the archive.
                Assert.Equal(new string('x', 3000), File.ReadAllText(Path.Combine(Site, "site.toml")));
                Directory.Delete(Site, recursive: true);
            }
            catch (BackupException)
            {
                Assert.Equal([Archive], Directory.GetFileSystemEntries(_folder.Path));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static void Add(ZipArchive zip, string name, string text)
    {
        using var stream = zip.CreateEntry(name).Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Refuses(string reason, Action write)
    {
        write();
        var refused = Assert.Throws<BackupException>(() => Restore());
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal([Archive], Directory.GetFileSystemEntries(_folder.Path));
    }

    private void Restore()
    {
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, []);
        using var restore = new SiteRestore(Archive, Site, TimeProvider.System, log);
        restore.Open();
        restore.Run(keepsIdentity: false, CancellationToken.None);
    }

    private void Write(
        (string Path, string Text, int Mode)[] files, Func<BackupManifest, BackupManifest>? manifest = null,
        Action<ZipArchive>? change = null)
    {
        File.Delete(Archive);
        using (var zip = ZipFile.Open(Archive, ZipArchiveMode.Create))
        {
            foreach (var (path, text, _) in files) Add(zip, BackupManifest.Prefix + path, text);
            var list = files.Select(f => new BackupFile(f.Path, Encoding.UTF8.GetByteCount(f.Text),
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(f.Text))), f.Mode, DateTime.UnixEpoch));
            var made = new BackupManifest(BackupManifest.CurrentFormat, "0.1.0", "site", DateTime.UnixEpoch, [.. list], []);
            Add(zip, BackupManifest.EntryName,
                JsonSerializer.Serialize(manifest?.Invoke(made) ?? made, BackupJson.Default.BackupManifest));
        }

        if (change is null) return;
        using var update = ZipFile.Open(Archive, ZipArchiveMode.Update);
        change(update);
    }
}
