package org.example.net

import java.net.URI

const val TIMEOUT = 30

/** One request. */
data class Call(val uri: URI, val retries: Int = 0) {
    /** The same call again. */
    @Deprecated("use retry")
    fun again(): Call {
        return copy(retries = retries + 1)
    }

    companion object {
        fun of(text: String): Call = Call(URI(text))
    }
}

/** Sends calls. */
interface Sender {
    suspend fun send(call: Call): String
}

object Defaults {
    val sender: Sender? = null
}

enum class State { OPEN, CLOSED }

// Sends twice.
suspend fun Sender.twice(call: Call): List<String> =
    listOf(send(call), send(call.again()))
