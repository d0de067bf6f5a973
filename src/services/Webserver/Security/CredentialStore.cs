using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kestra.Storage;

namespace Kestra.Webserver.Security;

/// <summary>The one user of the installation: from the configuration, or stored by the set-up call as a salted hash.</summary>
internal sealed partial class CredentialStore(IStore store, WebserverOptions options) : IDisposable
{
    private const string SettingKey = "kestra.server.basic-auth";
    private const int MaxLength = 256;

    private readonly SemaphoreSlim gate = new(1);
    private Salted? known;

    public async Task<bool> IsInitializedAsync(CancellationToken cancellationToken) => !options.Authentication || await FindAsync(cancellationToken) is not null;

    public async Task<bool> IsValidAsync(string username, string password, CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) is { } salted
        && (FixedTimeEquals(salted.Username, username) & FixedTimeEquals(salted.Hash, Hash(salted.Salt, password)));

    /// <summary>Stores other credentials; the old ones stop working at once.</summary>
    public async Task SaveAsync(string username, string password, CancellationToken cancellationToken)
    {
        var salt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var salted = new Salted(username, salt, Hash(salt, password));
        await store.Settings.SaveAsync(SettingKey, JsonSerializer.Serialize(new Dictionary<string, string> { ["username"] = username, ["salt"] = salt, ["password"] = salted.Hash }), cancellationToken);
        Volatile.Write(ref known, salted);
    }

    /// <summary>What is wrong with credentials; empty when nothing is.</summary>
    public static IReadOnlyList<string> Problems(string? username, string? password)
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(username))
        {
            problems.Add("No user name set for Basic Authentication. Please provide a user name.");
        }
        else if (!EmailPattern().IsMatch(username))
        {
            problems.Add("Invalid username for Basic Authentication. Please provide a valid email address.");
        }

        if (string.IsNullOrWhiteSpace(password))
        {
            problems.Add("No password set for Basic Authentication. Please provide a password.");
        }
        else if (!PasswordPattern().IsMatch(password))
        {
            problems.Add("Invalid password for Basic Authentication. The password must have 8 chars, one upper, one lower and one number");
        }

        if (username?.Length > MaxLength || password?.Length > MaxLength)
        {
            problems.Add("The length of email or password should not exceed 256 characters.");
        }

        return problems;
    }

    public IReadOnlyList<string> ConfigurationProblems() => options.Username is null && options.Password is null ? [] : Problems(options.Username, options.Password);

    public void Dispose() => gate.Dispose();

    private async ValueTask<Salted?> FindAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref known) is { } found)
        {
            return found;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            if (known is null && options is { Username: { } username, Password: { } password } && ConfigurationProblems().Count == 0)
            {
                await SaveAsync(username, password, cancellationToken);
            }

            return known ??= Parse(await store.Settings.FindAsync(SettingKey, cancellationToken));
        }
        finally
        {
            gate.Release();
        }
    }

    private static Salted? Parse(string? setting)
    {
        if (setting is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(setting);
        var root = document.RootElement;
        return Text(root, "username") is { } username && Text(root, "salt") is { } salt && Text(root, "password") is { } hash ? new Salted(username, salt, hash) : null;
    }

    private static string? Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // The form is Kestra's, so that stored credentials go on working.
    private static string Hash(string salt, string password) => Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes($"{salt}|{password}")));

    private static bool FixedTimeEquals(string left, string right) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private sealed record Salted(string Username, string Salt, string Hash);

    [GeneratedRegex("^[a-zA-Z0-9_!#$%&\u2019*+/=?`{|}~^.-]+@[a-zA-Z0-9.-]+\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EmailPattern();

    [GeneratedRegex("^(?=.{8,})(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).*\\z", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex PasswordPattern();
}
