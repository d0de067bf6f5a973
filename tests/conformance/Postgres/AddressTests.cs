using Kestra.Storage.Postgres;
using Npgsql;

namespace Kestra.Conformance.Postgres;

/// <summary>Addresses as they stand in configurations of the original.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("jdbc:postgresql://postgres:5432/kestra", "Host=postgres:5432;Database=kestra")]
    [InlineData("jdbc:postgresql://db/kestra?currentSchema=flows", "Host=db;Database=kestra;Search Path=flows")]
    [InlineData("jdbc:postgresql://a:5432,b:5433/kestra?targetServerType=primary", "Host=a:5432,b:5433;Database=kestra;Target Session Attributes=primary")]
    [InlineData("jdbc:postgresql://db/kestra?sslmode=verify-ca&sslrootcert=%2Fetc%2Fca.pem&reWriteBatchedInserts=true", "Host=db;Database=kestra;SSL Mode=VerifyCA;Root Certificate=/etc/ca.pem")]
    [InlineData("jdbc:postgresql://db/kestra?ssl=true&connectTimeout=5&ApplicationName=my+app", "Host=db;Database=kestra;SSL Mode=VerifyFull;Timeout=5;Application Name=my+app")]
    [InlineData("jdbc:postgresql:kestra", "Host=localhost;Database=kestra")]
    [InlineData("postgresql://me:p%40ss@db:1234/kestra", "Host=db:1234;Database=kestra;Username=me;Password=p@ss")]
    [InlineData("jdbc:postgresql://db/kestra?user=me&password=a%26b", "Host=db;Database=kestra;Username=me;Password=a&b")]
    public void Address_is_understood(string address, string expected) =>
        new NpgsqlConnectionStringBuilder(PostgresAddress.ToConnectionString(address)).EquivalentTo(new NpgsqlConnectionStringBuilder(expected)).ShouldBeTrue(PostgresAddress.ToConnectionString(address));

    [Fact]
    public void Credentials_beside_the_address_count_first() =>
        PostgresAddress.ToConnectionString("jdbc:postgresql://old:secret@db/kestra", "me", "mine;x").ShouldBe("Host=db;Database=kestra;Username=me;Password=\"mine;x\"");

    [Theory]
    [InlineData("jdbc:mysql://me:secret@db/kestra")]
    [InlineData("db.example.com")]
    [InlineData("jdbc:postgresql://me:secret@db/kestra?sslmode=perhaps")]
    public void Fault_names_no_credentials(string address) =>
        Should.Throw<ArgumentException>(() => PostgresAddress.ToConnectionString(address)).Message.ShouldNotContain("secret");
}
