using System.Text.Json;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;
using PlantRuntime.Storage;

namespace PlantRuntime.Web.Access.Users;

/// <summary>
/// Reads and changes <c>data/web/users.json</c> of a site. Used by <c>plant user</c>, which changes the file, and by a running host, which
/// reads it. Keeps no state; does blocking disk I/O.
/// </summary>
/// <param name="siteFolder">Absolute path of the site's folder.</param>
internal sealed class AccountFile(string siteFolder)
{
    /// <summary>More accounts than a plant has people and machines; bounds the memory of the host.</summary>
    public const int MostAccounts = 500;
    private const int Version = 1;
    private const int MostBytes = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _folder = Path.Combine(SiteFolders.Data(siteFolder), "web");

    /// <summary>The path of the file.</summary>
    public string FilePath => Path.Combine(_folder, "users.json");

    /// <summary>Returns the accounts; none if there is no file.</summary>
    /// <exception cref="AccountException">The file cannot be read, is not valid, or may be read by other users of the system.</exception>
    public IReadOnlyList<Account> Read()
    {
        var facts = FileFacts.Read(FilePath);
        if (facts.Kind == FileKind.Missing) return [];
        if (facts.WhyNotReadable is { } reason) throw Failure($"{reason}: give it to the user that runs the host, with chown");
        if (facts.Length > MostBytes) throw Failure($"is too long ({facts.Length} bytes)");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(FilePath) & ~OwnerOnly) != 0)
            throw Failure("may be read or changed by other users of the system: chmod 600");
        try
        {
            var list = JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), AccountJson.Default.AccountList)
                ?? throw new JsonException("it is empty");
            if (list.Version != Version) throw Failure($"has the version {list.Version}, which this program does not know");
            if (Problem(list.Accounts) is { } problem) throw Failure($"is not valid: {problem}");
            return list.Accounts;
        }
        catch (JsonException exception)
        {
            throw Failure($"is not valid: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure($"cannot be read: {exception.Message}");
        }
    }

    /// <summary>Replaces the accounts by those that <paramref name="change"/> returns. One process at a time changes the file.</summary>
    /// <exception cref="AccountException">The file cannot be read or written, or the change is refused.</exception>
    public void Change(Func<IReadOnlyList<Account>, IReadOnlyList<Account>> change)
    {
        if (DataFormat.WhyRefused(SiteFolders.Data(siteFolder)) is { } newer) throw new AccountException(newer);
        try
        {
            CreateFolder();
            using var gate = new FileStream(
                Path.Combine(_folder, "users.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            var accounts = change(Read());
            if (Problem(accounts) is { } problem) throw new AccountException(problem);
            var bytes = JsonSerializer.SerializeToUtf8Bytes(new AccountList(Version, accounts), AccountJson.Default.AccountList);
            AtomicFile.Write(FilePath, bytes, _folder, OwnerOnly);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure($"cannot be changed: {exception.Message}");
        }
    }

    /// <summary>Creates <c>data/web</c>, for its owner only.</summary>
    private void CreateFolder()
    {
        if (!Directory.Exists(siteFolder)) throw new AccountException($"there is no folder {siteFolder}");
        Directory.CreateDirectory(Path.GetDirectoryName(_folder)!);
        PrivateFolder.Create(_folder);
    }

    private static string? Problem(IReadOnlyList<Account> accounts) =>
        accounts.Count > MostAccounts ? $"there are more than {MostAccounts} accounts"
        : accounts.Select(a => a.Problem()).FirstOrDefault(p => p is not null)
            ?? accounts.GroupBy(a => a.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1)
                .Select(g => $"{g.Key} is there twice").FirstOrDefault();

    private AccountException Failure(string problem) => new($"{FilePath} {problem}");
}

/// <summary>Reports that the file of the accounts is unusable, or a change of it refused; written for users.</summary>
internal sealed class AccountException(string message) : Exception(message);

/// <summary>Creates folders that only the user of the process may enter. Stateless; any thread.</summary>
internal static class PrivateFolder
{
    /// <summary>Creates the last folder of a path, if it is missing.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
