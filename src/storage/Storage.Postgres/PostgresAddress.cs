using Npgsql;

namespace Kestra.Storage.Postgres;

/// <summary>Addresses of databases as Kestra's configuration holds them: <c>jdbc:postgresql://host:5432/kestra?currentSchema=x</c>, or a plain <c>postgresql://</c> one.</summary>
public static class PostgresAddress
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = "Username",
        ["password"] = "Password",
        ["currentSchema"] = "Search Path",
        ["ApplicationName"] = "Application Name",
        ["application_name"] = "Application Name",
        ["connectTimeout"] = "Timeout",
        ["connect_timeout"] = "Timeout",
        ["socketTimeout"] = "Command Timeout",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["targetServerType"] = "Target Session Attributes",
        ["options"] = "Options",
    };

    /// <param name="username">Counts before one in the address.</param>
    /// <param name="password">Counts before one in the address.</param>
    /// <exception cref="ArgumentException">Not an address of a PostgreSQL database. The message holds no credentials.</exception>
    public static string ToConnectionString(string address, string? username = null, string? password = null)
    {
        var plain = address.StartsWith("jdbc:", StringComparison.Ordinal) ? address["jdbc:".Length..] : address;
        if (!plain.StartsWith("postgresql:", StringComparison.Ordinal) && !plain.StartsWith("postgres:", StringComparison.Ordinal))
        {
            throw new ArgumentException("The address of the database does not begin with 'jdbc:postgresql:'", nameof(address));
        }

        var builder = new NpgsqlConnectionStringBuilder { Host = "localhost" };
        var rest = plain[(plain.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var (place, query) = rest.Split('?', 2) is [var before, var after] ? (before, after) : (rest, "");
        ReadPlace(builder, place);
        ReadParameters(builder, query);
        builder.Username = username ?? builder.Username;
        builder.Password = password ?? builder.Password;
        return builder.ToString();
    }

    // Without slashes it is the name of a database on this machine.
    private static void ReadPlace(NpgsqlConnectionStringBuilder builder, string place)
    {
        if (!place.StartsWith("//", StringComparison.Ordinal))
        {
            builder.Database = Decode(place.TrimStart('/'));
            return;
        }

        var (hosts, database) = place[2..].Split('/', 2) is [var first, var second] ? (first, second) : (place[2..], "");
        builder.Database = database.Length > 0 ? Decode(database) : null;
        if (hosts.LastIndexOf('@') is >= 0 and var at)
        {
            var login = hosts[..at].Split(':', 2);
            builder.Username = Decode(login[0]);
            builder.Password = login.Length > 1 ? Decode(login[1]) : null;
            hosts = hosts[(at + 1)..];
        }

        if (hosts.Length > 0)
        {
            builder.Host = hosts;
        }
    }

    // Parameters of the other driver that have no meaning here are left out, as it leaves out those of its versions.
    private static void ReadParameters(NpgsqlConnectionStringBuilder builder, string query)
    {
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var key, var text] ? (Decode(key), Decode(text)) : (Decode(pair), "");
            if (name.Equals("sslmode", StringComparison.OrdinalIgnoreCase))
            {
                builder.SslMode = Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode)
                    ? mode
                    : throw new ArgumentException($"'{value}' is no sslmode; there are disable, allow, prefer, require, verify-ca and verify-full", nameof(query));
            }
            else if (name.Equals("ssl", StringComparison.OrdinalIgnoreCase) && value is "" or "true")
            {
                builder.SslMode = SslMode.VerifyFull;
            }
            else if (Names.TryGetValue(name, out var known))
            {
                builder[known] = known == "Target Session Attributes" ? value.Replace("preferSecondary", "prefer-standby", StringComparison.Ordinal).Replace("secondary", "standby", StringComparison.Ordinal) : value;
            }
        }
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
