using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace PlantRuntime.Web.Access.Users;

/// <summary>
/// An account of <c>data/web/users.json</c>: of a user with a password, or of a machine with a token. Secrets are stored as hashes only.
/// Immutable.
/// </summary>
internal sealed record Account
{
    private const int MaxName = 32;
    private const int TokenBytes = 32;

    /// <summary>The name, unique without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="Roles.All"/>.</summary>
    public required string Role { get; init; }

    /// <summary>The <see cref="PasswordHash"/> of a user; null for a machine.</summary>
    public string? Password { get; init; }

    /// <summary>SHA-256 of a machine's token, in lower-case hexadecimal digits; null for a user.</summary>
    public string? Token { get; init; }

    /// <summary>The time when the token ends; null if it does not end.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Returns why a name cannot be that of an account; null if it can.</summary>
    public static string? NameProblem(string name) =>
        name.Length is >= 1 and <= MaxName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') ? null
            : $"a user's name has 1 to {MaxName} letters of a to z, digits, dots, hyphens and underscores";

    /// <summary>Creates a token: 256 random bits, as text of letters, digits, hyphens and underscores.</summary>
    public static string CreateToken() => "plant_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(TokenBytes))
        .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Returns the stored form of a token. A fast hash suffices, because nobody can guess 256 random bits.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Returns why the account is not valid; null if it is.</summary>
    public string? Problem() => NameProblem(Name)
        ?? (!Roles.All.Contains(Role) ? $"the role of {Name} is not one of {string.Join(", ", Roles.All)}"
            : Password is null == Token is null ? $"{Name} has a password and a token, or neither"
            : Password is not null && !PasswordHash.IsValid(Password) ? $"the password of {Name} is no hash of this program"
            : Token is not null && !(Token.Length == 64 && Token.All(char.IsAsciiHexDigitLower))
                ? $"the token of {Name} is no SHA-256" : null);
}

/// <summary>The content of <c>data/web/users.json</c>. Immutable.</summary>
/// <param name="Version">The version of the format.</param>
/// <param name="Accounts">The accounts, in the order of their creation.</param>
internal sealed record AccountList(int Version, IReadOnlyList<Account> Accounts);

/// <summary>Serializes accounts with generated code; keys that are not known are errors.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AccountList))]
internal sealed partial class AccountJson : JsonSerializerContext;
