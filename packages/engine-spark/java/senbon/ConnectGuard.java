package senbon;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.sparkproject.connect.grpc.Metadata;
import org.sparkproject.connect.grpc.ServerCall;
import org.sparkproject.connect.grpc.ServerCallHandler;
import org.sparkproject.connect.grpc.ServerInterceptor;
import org.sparkproject.connect.grpc.Status;

/**
 * Lets nobody use a Spark Connect server of Spark 3 but who has the token that is in its environment. Such a server
 * listens on every address, whatever its configuration says, and asks nobody who he is. (Spark 4 has a token of its own.)
 */
public final class ConnectGuard implements ServerInterceptor {
  private static final String VARIABLE = "SENBON_CONNECT_TOKEN";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final byte[] expected;

  public ConnectGuard() {
    String token = System.getenv(VARIABLE);
    if (token == null || token.isEmpty()) throw new IllegalStateException(VARIABLE + " is not set");
    expected = bytes("Bearer " + token);
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    String sent = headers.get(AUTHORIZATION);
    if (sent != null && MessageDigest.isEqual(expected, bytes(sent))) return next.startCall(call, headers);
    call.close(Status.UNAUTHENTICATED.withDescription("This server is for its gateway alone"), new Metadata());
    return new ServerCall.Listener<A>() {};
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
