using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Web.Access.Users;

/// <summary>
/// The accounts of a running site. The file is read again when it has changed, at the next request or within seconds. While it is not
/// valid nobody can log in and no session or token counts. Owned by <see cref="WebAccess"/>; any thread; locks internally.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="log">Receives problems of the file.</param>
internal sealed class UserDirectory(AccountFile file, PlantLog log)
{
    private readonly Lock _gate = new();
    private FileFacts? _facts;
    private Snapshot _current = new([], null);

    /// <summary>The number of accounts.</summary>
    public int Count => Read().ByName.Count;

    /// <summary>The reason why nobody can log in; null while the file is valid.</summary>
    public string? Problem => Read().Problem;

    /// <summary>Returns the account of a name; null if there is none.</summary>
    public Account? Find(string name) => Read().ByName.GetValueOrDefault(name);

    /// <summary>Returns the account that has the token; null if none has it.</summary>
    public Account? FindToken(string token) => Read().ByToken.GetValueOrDefault(Account.HashOf(token));

    private Snapshot Read()
    {
        lock (_gate)
        {
            var facts = FileFacts.Read(file.FilePath);
            if (facts == _facts) return _current;
            var old = _current;
            try
            {
                _current = new Snapshot(file.Read(), null);
                if (_facts is { Kind: FileKind.Regular } && facts.Kind == FileKind.Missing)
                    log.Warn($"USERS state=Missing accounts={old.ByName.Count} next=\"nobody can log in: plant user add makes the file anew\"");
                else if (old.Problem is not null || (_facts is { Kind: FileKind.Missing } && facts.Kind == FileKind.Regular))
                    log.Info($"USERS state=OK accounts={_current.ByName.Count}");
            }
            catch (AccountException exception)
            {
                _current = new Snapshot([], exception.Message);
                if (exception.Message != old.Problem)
                    log.Error($"USERS reason=\"{exception.Message}\" next=\"nobody can log in until the file is right; the site runs on\"");
            }

            _facts = facts;
            return _current;
        }
    }

    private sealed class Snapshot(IReadOnlyList<Account> accounts, string? problem)
    {
        public string? Problem => problem;

        public Dictionary<string, Account> ByName { get; } = accounts.ToDictionary(a => a.Name, StringComparer.OrdinalIgnoreCase);

        public Dictionary<string, Account> ByToken { get; } =
            accounts.Where(a => a.Token is not null).DistinctBy(a => a.Token).ToDictionary(a => a.Token!, StringComparer.Ordinal);
    }
}
