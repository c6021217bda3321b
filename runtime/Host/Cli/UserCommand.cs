using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Tools.Client;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Login;
using PlantRuntime.Web.Access.Users;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant user</c>: the users of a site's page and API, and the tokens of machines, in <c>data/web/users.json</c>. Runs once
/// per process; changes the file itself, so that it works without a running host, which reads the file when it has changed.
/// </summary>
internal static class UserCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create() => new("user", """
        Manage who may use the web page and API of a site.
        Roles: viewer reads; operator also writes the tags that site.toml allows; engineer may do everything.
        """)
    {
        CreateAdd(), CreateList(), CreateRemove(), CreatePassword(), CreateToken(),
    };

    private static Command CreateAdd()
    {
        var (site, name, role, stdin) = (SiteArgument.CreateRequired(), CreateName(), CreateRole(), CreatePasswordOption());
        var command = new Command("add", "Create a user; the password is asked for.") { site, name, role, stdin };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, async file =>
        {
            var user = result.GetValue(name)!;
            if (Account.NameProblem(user) is { } problem) throw new AccountException(problem);
            if (file.Read().Any(a => IsNamed(a, user))) throw AlreadyThere(user);
            var hash = PasswordHash.Create(PasswordInput.Read(user, result.GetValue(stdin)));
            var account = new Account { Name = user, Role = result.GetValue(role) ?? Roles.Viewer, Password = hash };
            file.Change(accounts => accounts.Any(a => IsNamed(a, user)) ? throw AlreadyThere(user) : [.. accounts, account]);
            await RecordAsync(result.GetValue(site)!, "user_add", $"{user}, {account.Role}", cancel).ConfigureAwait(false);
            Console.WriteLine($"user {user} ({account.Role}) may log in");
        }));
        return command;
    }

    private static Command CreateList()
    {
        var site = SiteArgument.Create();
        var command = new Command("list", "List users and tokens.") { site };
        command.SetAction((result, _) => RunAsync(result.GetValue(site)!, file =>
        {
            var rows = file.Read().Select(a => new[] { a.Name, a.Role, a.Password is null ? "token" : "password", Day(a.Expires) });
            TextTable.Write(Console.Out, ["NAME", "ROLE", "LOGIN", "EXPIRES"], [.. rows]);
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command CreateRemove()
    {
        var (site, name) = (SiteArgument.CreateRequired(), CreateName());
        var command = new Command("remove", "Remove a user or token. Its sessions end at once.") { site, name };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, async file =>
        {
            var user = result.GetValue(name)!;
            file.Change(accounts => [.. accounts.Where(a => a != Find(accounts, user))]);
            await RecordAsync(result.GetValue(site)!, "user_remove", user, cancel).ConfigureAwait(false);
            Console.WriteLine($"{user} is removed");
        }));
        return command;
    }

    private static Command CreatePassword()
    {
        var (site, name, stdin) = (SiteArgument.CreateRequired(), CreateName(), CreatePasswordOption());
        var command = new Command("password", "Change a user's password. The user's sessions end at once.") { site, name, stdin };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, async file =>
        {
            var user = result.GetValue(name)!;
            if (Find(file.Read(), user).Password is null)
                throw new AccountException($"{user} is a token: plant user token makes a new one");
            var hash = PasswordHash.Create(PasswordInput.Read(user, result.GetValue(stdin)));
            file.Change(accounts => Replace(accounts, user, a => a with { Password = hash }));
            await RecordAsync(result.GetValue(site)!, "user_password", user, cancel).ConfigureAwait(false);
            Console.WriteLine($"the password of {user} is changed");
        }));
        return command;
    }

    private static Command CreateToken()
    {
        var (site, name, role) = (SiteArgument.CreateRequired(), CreateName(), CreateRole());
        var expires = DurationOption.Create("--expires", "End of the token, from now, for instance 90d (default: none)");
        var command = new Command("token", """
            Create a token for a machine and print it, once: it is sent as Authorization: Bearer TOKEN.
            A token that is there already is replaced and no longer valid.
            """) { site, name, role, expires };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, async file =>
        {
            var machine = result.GetValue(name)!;
            if (Account.NameProblem(machine) is { } problem) throw new AccountException(problem);
            var token = Account.CreateToken();
            DateTimeOffset? end = result.GetValue(expires) is { } time ? TimeProvider.System.GetUtcNow() + time : null;
            file.Change(accounts =>
            {
                var old = accounts.FirstOrDefault(a => IsNamed(a, machine));
                if (old is { Token: null }) throw new AccountException($"{machine} is a user with a password: give the token another name");
                var account = new Account
                {
                    Name = machine, Role = result.GetValue(role) ?? old?.Role ?? Roles.Viewer, Token = Account.HashOf(token), Expires = end,
                };
                return [.. accounts.Where(a => a != old), account];
            });
            await RecordAsync(result.GetValue(site)!, "user_token", machine, cancel).ConfigureAwait(false);
            Console.WriteLine(token);
        }));
        return command;
    }

    private static async Task<int> RunAsync(string site, Func<AccountFile, Task> run)
    {
        try
        {
            await run(new AccountFile(Path.GetFullPath(site))).ConfigureAwait(false);
            return 0;
        }
        catch (AccountException exception)
        {
            await Console.Error.WriteLineAsync(LogText.Sanitize(exception.Message)).ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>Writes a change to the audit log: a running host does it, which also ends sessions; otherwise this process.</summary>
    private static async Task RecordAsync(string site, string action, string name, CancellationToken cancel)
    {
        var folder = Path.GetFullPath(site);
        try
        {
            await SiteClient.PostAsync(folder, LoginApi.ChangedPath, new JsonObject { ["action"] = action, ["name"] = name }, cancel)
                .ConfigureAwait(false);
        }
        catch (SiteClientException)
        {
            try
            {
                AuditCommand.Append(folder, action, name);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new AccountException($"it is done, but the audit log cannot be written: {exception.Message}");
            }
        }
    }

    private static bool IsNamed(Account account, string name) => string.Equals(account.Name, name, StringComparison.OrdinalIgnoreCase);

    private static Account Find(IReadOnlyList<Account> accounts, string name) =>
        accounts.FirstOrDefault(a => IsNamed(a, name))
        ?? throw new AccountException($"there is no user or token {name}: see plant user list");

    private static IReadOnlyList<Account> Replace(IReadOnlyList<Account> accounts, string name, Func<Account, Account> change)
    {
        var old = Find(accounts, name);
        return [.. accounts.Select(a => a == old ? change(a) : a)];
    }

    private static AccountException AlreadyThere(string name) =>
        new($"{name} is there already: plant user password changes the password, plant user remove removes it");

    private static string Day(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "";

    private static Argument<string> CreateName() => new("name") { Description = "Name of the user or machine" };

    private static Option<string> CreateRole()
    {
        var role = new Option<string>("--role") { Description = "viewer (default), operator or engineer" };
        role.AcceptOnlyFromAmong(Roles.All);
        return role;
    }

    private static Option<bool> CreatePasswordOption() =>
        new("--password-stdin") { Description = "Read the password from the first line of the standard input" };
}
